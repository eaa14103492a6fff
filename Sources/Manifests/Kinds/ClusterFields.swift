import FleetModel

/// The spec of a cluster while it is being read.
struct ClusterDraft: Sendable {
  var organization = ""
  var organizationSpan = Span.start
  var creatorSpan = Span.start
  var spec = ClusterSpec(creator: "", capacity: .zero)

  static let table = FieldTable<ClusterDraft>([
    Field("organization", .label, "The organization that the cluster belongs to.", required: true) {
      draft, value, span in
      draft.organization = value
      draft.organizationSpan = span
    },
    Field("creator", .username, "The user who created it; must be a member of the organization.", required: true) {
      draft, value, span in
      draft.spec.creator = value
      draft.creatorSpan = span
    },
    Field("capacity", .capacity, "The share of the cluster that Berth may use.", required: true) { draft, value, _ in
      draft.spec.capacity = value
    },
    Field("engine", .engine, "The engine that runs deployments.", default: .object([.init("type", .string("process"))]))
    {
      draft, value, _ in draft.spec.engine = value
    },
    Field("scheduling", .scheduling, "The rules for admitting deployments.", default: .object([])) { draft, value, _ in
      draft.spec.scheduling = value
    },
  ])
}

/// Amounts of resources while they are being read.
struct ResourcesDraft: Sendable {
  var value = Resources.zero
  var spans = ResourceSpans()

  static func table(_ use: QuantityUse) -> FieldTable<ResourcesDraft> {
    FieldTable<ResourcesDraft>([
      Field("ram", .ram(use), "Memory with a unit: Ki, Mi, Gi, Ti, Pi, or k, M, G, T, P.", required: true) {
        draft, value, span in
        draft.value.ramBytes = value
        draft.spans.ram = span
      },
      Field("cpu", .cpu(use), "CPU cores, or thousandths of a core: 0.5 or 500m.", required: true) {
        draft, value, span in
        draft.value.cpuMilli = value
        draft.spans.cpu = span
      },
      Field(
        "gpu", .gpu(use), use == .request ? "GPUs: a whole number, or a fraction below 1." : "Whole GPUs.",
        default: .integer(0)
      ) { draft, value, span in
        draft.value.gpuMilli = value
        draft.spans.gpu = span
      },
    ])
  }
}

/// Spans of the amounts of a request.
struct ResourceSpans: Sendable {
  var ram = Span.start
  var cpu = Span.start
  var gpu = Span.start

  subscript(dimension: Dimension) -> Span {
    switch dimension {
    case .ram: ram
    case .cpu: cpu
    case .gpu: gpu
    }
  }
}

extension ValueRule where Value == Resources {
  fileprivate static let capacity = ValueRule.mapping(
    ResourcesDraft.table(.capacity), new: { ResourcesDraft() }, finish: { draft, _, _ in draft.value })
}
