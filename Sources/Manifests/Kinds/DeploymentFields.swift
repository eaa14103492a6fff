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

  private static let standard = DeploymentTraits(resources: .zero)

  static let table = FieldTable<DeploymentDraft>([
    Field("cluster", .cluster, "Where it runs: organization/cluster.", required: true) { draft, value, span in
      draft.cluster = value
      draft.clusterSpan = span
    },
    Field("user", .username, "Who owns it: an active member of the cluster's organization.", required: true) {
      draft, value, span in
      draft.user = value
      draft.userSpan = span
    },
    Field(
      "image", .image, "The container image; on the process engine a label of what runs.", required: true
    ) { draft, value, _ in draft.image = value },
    Field(
      name: "resources", isRequired: true,
      schema: .object(
        [("description", .text("What a run holds. Requests round up."))] + ResourcesDraft.requests.schema),
      read: { draft, decoder in
        var resources = ResourcesDraft()
        guard decoder.readMapping(ResourcesDraft.requests, into: &resources) else { return }
        draft.traits.resources = resources.value
        draft.requests = resources.spans
      }),
    Field("command", .command, "What is run: a program and its arguments. Required on the process engine.") {
      draft, value, _ in draft.command = value
    },
    Field("env", .variables, "Environment variables: texts, or references to secrets.", default: .object([])) {
      draft, value, _ in draft.env = value
    },
    Field(
      "mode", .word("a mode"), "A job runs to completion; a service keeps running.",
      default: .text(standard.mode.rawValue)
    ) { draft, value, _ in draft.traits.mode = value },
    Field("priority", .priority, "Who goes first.", default: .text(standard.priority.text)) { draft, value, _ in
      draft.traits.priority = value
    },
    Field(
      "dependsOn", .list(of: .dependency, "a list of dependencies"),
      "What must have completed, or be running, before it starts.",
      default: .list([])
    ) { draft, value, _ in draft.dependsOn = value },
    Field("retry", .retry, "What happens after a failure of a job.", default: .object([])) { draft, value, _ in
      draft.traits.retry = value
    },
    Field(
      "expectedRuntime", .span(allowsZero: false),
      "How long a run is expected to take; left out: what earlier runs of its image took."
    ) { draft, value, span in
      draft.traits.expectedRuntime = value
      draft.expectedSpan = span
    },
    Field("maxRuntime", .span(allowsZero: false), "A run is stopped and FAILED after it.") { draft, value, _ in
      draft.traits.maxRuntime = value
    },
    Field(
      "stopGrace", .span(allowsZero: true), "Between the request to end and the kill.",
      default: .text(standard.stopGrace.text)
    ) { draft, value, _ in draft.traits.stopGrace = value },
    Field(
      "readyAfter", .span(allowsZero: true),
      "How long a service must be up to count as running for what depends on it.",
      default: .text(standard.readyAfter.text)
    ) { draft, value, _ in draft.traits.readyAfter = value },
    Field(
      "preemptible", .flag, "Whether a run may be stopped for a deployment of higher effective priority.",
      default: .flag(standard.preemptible)
    ) { draft, value, _ in draft.traits.preemptible = value },
    Field("suspend", .flag, "Whether it is kept from running.", default: .flag(standard.suspend)) { draft, value, _ in
      draft.traits.suspend = value
    },
    Field(
      "protect", .flag, "Never a victim; its stop or delete is held until this is false.",
      default: .flag(standard.protect)
    ) { draft, value, _ in draft.traits.protect = value },
    Field("rerun", .text, "Any change of this text runs a finished job again.") { draft, value, _ in
      draft.rerun = value
    },
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
      "limit", .count(0...1000), "How many times a failed generation is run again.", default: .number(standard.limit)
    ) { draft, value, _ in draft.policy.limit = value },
    Field(
      "backoff", .span(allowsZero: true), "The wait before the first retry, doubled at each further one up to an hour.",
      default: .text(standard.backoff.text)
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
    let arguments = ValueRule.list(of: .text, "a list of arguments")
    return ValueRule(schema: arguments.schema + [("minItems", .number(1))]) { decoder in
      let span = decoder.event.span
      guard let values = arguments.read(&decoder) else { return nil }
      guard let program = values.first, !program.isEmpty else {
        decoder.report(
          Problem(
            code: .emptyText, message: "a command without a program", span: span,
            hint: "the first entry is the program; leave the field out for the image's own command"))
        return nil
      }
      guard program.utf8.first != NameGrammar.dash else {
        decoder.report(
          Problem(
            code: .leadingDash, message: "a program that starts with \"-\" would be taken for an option", span: span,
            hint: "the first entry is the program, the others are its arguments"))
        return nil
      }
      return values
    }
  }()
}

extension ValueRule where Value == [String: TextOrSecret] {
  /// Environment variables by name.
  fileprivate static let variables = ValueRule.pairs(of: .textOrSecret, "a mapping of variables") { decoder, name in
    guard decoder.checkVariable(name, at: decoder.event.span), name.hasPrefix("BERTH_") else { return }
    decoder.report(
      .badVariable, "\"\(name)\" is a variable that Berth sets itself", hint: "choose a name without BERTH_ before it")
  }
}
