import FleetModel

/// The spec of a deployment while it is being read.
struct DeploymentDraft: Sendable {
  var cluster = ClusterIdentity(organization: "", name: "")
  var clusterSpan = Span.start
  var userSpan = Span.start
  var requests = ResourceSpans()
  var dependsOn: [DependencyDraft] = []
  var expectedSpan = Span.start
  var traits = DeploymentTraits(resources: .zero)
  var user = ""
  var image = ""
  var command: [String] = []
  var env: [String: TextOrSecret] = [:]
  var rerun: String?
  var onSecretChange: SecretChangeResponse?
  var retrySpan: Span?

  private static let standard = DeploymentTraits(resources: .zero)

  static let table = FieldTable<DeploymentDraft>([
    Field("cluster", .cluster, "The cluster to run on: organization/cluster.", required: true) { draft, value, span in
      draft.cluster = value
      draft.clusterSpan = span
    },
    Field("user", .username, "The owner; must be an active member of the cluster's organization.", required: true) {
      draft, value, span in
      draft.user = value
      draft.userSpan = span
    },
    Field(
      "image", .image, "The container image. On the process engine it is only a label.", required: true
    ) { draft, value, _ in draft.image = value },
    Field(
      name: "resources", isRequired: true,
      schema: .object(
        [.init("description", .string("The resources that a run holds. Requests are rounded up."))]
          + ResourcesDraft.requests.schema),
      read: { draft, decoder in
        var resources = ResourcesDraft()
        guard decoder.readMapping(ResourcesDraft.requests, into: &resources) else { return }
        draft.traits.resources = resources.value
        draft.requests = resources.spans
      }),
    Field("command", .command, "The program and its arguments. Required on the process engine.") {
      draft, value, _ in draft.command = value
    },
    Field("env", .variables, "Environment variables: strings, or references to secrets.", default: .object([])) {
      draft, value, _ in draft.env = value
    },
    Field(
      "mode", .word("a mode"), "A job runs to completion; a service keeps running.",
      default: .string(standard.mode.rawValue)
    ) { draft, value, _ in draft.traits.mode = value },
    Field("priority", .priority, "The priority in the cluster's queue.", default: .string(standard.priority.text)) {
      draft, value, _ in
      draft.traits.priority = value
    },
    Field(
      "dependsOn", .list(of: .dependency, "a list of dependencies"),
      "Deployments that must have completed, or be running, before this one starts.",
      default: .array([])
    ) { draft, value, _ in draft.dependsOn = value },
    Field("retry", .retry, "Retries of a failed job.", default: .object([])) { draft, value, span in
      draft.traits.retry = value
      draft.retrySpan = span
    },
    Field(
      "expectedRuntime", .span(allowsZero: false),
      "The expected duration of a run. Without it, earlier runs of the image are used as an estimate."
    ) { draft, value, span in
      draft.traits.expectedRuntime = value
      draft.expectedSpan = span
    },
    Field(
      "maxRuntime", .span(allowsZero: false),
      "The maximum duration of a run, which is then stopped and counts as FAILED."
    ) { draft, value, _ in
      draft.traits.maxRuntime = value
    },
    Field(
      "stopGrace", .span(allowsZero: true), "The time between the request to stop and the kill.",
      default: .string(standard.stopGrace.text)
    ) { draft, value, _ in draft.traits.stopGrace = value },
    Field(
      "readyAfter", .span(allowsZero: true),
      "The time that a service must be up before its dependents see it as running.",
      default: .string(standard.readyAfter.text)
    ) { draft, value, _ in draft.traits.readyAfter = value },
    Field(
      "preemptible", .flag, "Whether a run may be stopped for a deployment of higher effective priority.",
      default: .bool(standard.preemptible)
    ) { draft, value, _ in draft.traits.preemptible = value },
    Field("suspend", .flag, "Whether the deployment is kept from running.", default: .bool(standard.suspend)) {
      draft, value, _ in
      draft.traits.suspend = value
    },
    Field(
      "protect", .flag,
      "Whether the deployment is never preempted, and only stopped or deleted after this is set to false.",
      default: .bool(standard.protect)
    ) { draft, value, _ in draft.traits.protect = value },
    Field("rerun", .string, "Any change to this string runs a finished job again.") { draft, value, _ in
      draft.rerun = value
    },
    Field(
      "onSecretChange", .word("a response"),
      "What follows when the value of a secret changes. Without it, rerun for a service and ignore for a job."
    ) { draft, value, _ in draft.onSecretChange = value },
    KustomizeFields.template(),
    KustomizeFields.selector(),
  ])
}

/// The retries of a job while they are being read.
struct RetryDraft: Sendable {
  var policy = RetryPolicy()

  private static let standard = RetryPolicy()

  static let table = FieldTable<RetryDraft>([
    Field(
      "limit", .count(0...1000), "The number of times a failed generation is run again.",
      default: .count(standard.limit)
    ) { draft, value, _ in draft.policy.limit = value },
    Field(
      "backoff", .span(allowsZero: true),
      "The delay before the first retry, doubled for each further one up to an hour.",
      default: .string(standard.backoff.text)
    ) { draft, value, _ in draft.policy.backoff = value },
  ])
}

extension ValueRule where Value == RetryPolicy {
  fileprivate static let retry = ValueRule.mapping(
    RetryDraft.table, new: { RetryDraft() }, finish: { draft, _, _ in draft.policy })
}

extension ResourcesDraft {
  fileprivate static let requests = table(.request)
}

extension ValueRule where Value == [String] {
  /// An argument vector whose first element is a program.
  fileprivate static let command: ValueRule = {
    let arguments = ValueRule.list(of: .string, "a list of arguments")
    return ValueRule(schema: arguments.schema + [.init("minItems", .integer(1))]) { decoder in
      let span = decoder.event.span
      guard let values = arguments.read(&decoder) else { return nil }
      guard let program = values.first, !program.isEmpty else {
        decoder.report(
          Problem(
            code: .emptyString, message: "command has no program", span: span,
            hint: "make the first entry the program, or remove the field to use the image's own command"))
        return nil
      }
      guard program.utf8.first != NameGrammar.dash else {
        decoder.report(
          Problem(
            code: .leadingDash, message: "program starts with \"-\" and would be read as an option", span: span,
            hint: "make the first entry the program and the others its arguments"))
        return nil
      }
      return values
    }
  }()
}

extension ValueRule where Value == [String: TextOrSecret] {
  /// Environment variables by name.
  fileprivate static let variables = ValueRule.pairs(of: .textOrSecret, "a map of variables") { decoder, name in
    guard decoder.checkVariable(name, at: decoder.event.span), name.hasPrefix("BERTH_") else { return }
    decoder.report(
      .badVariable, "\"\(name)\" is reserved for Berth", hint: "choose a name without the prefix BERTH_")
  }
}
