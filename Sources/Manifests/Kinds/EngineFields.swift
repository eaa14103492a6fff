import FleetModel

/// The engine of a cluster while it is being read.
struct EngineDraft: Sendable {
  var spec = EngineSpec.process

  static let table = FieldTable<EngineDraft>([
    Field("type", .engineType, "The type of engine.", required: true) { draft, value, _ in draft.spec = value }
  ])
}

extension ValueRule where Value == EngineSpec {
  static let engine = ValueRule.mapping(
    EngineDraft.table, new: { EngineDraft() }, finish: { draft, _, _ in draft.spec })

  /// The engine types of this version.
  fileprivate static let engineType = ValueRule.scalar(
    "an engine type",
    schema: [.init("type", .string("string")), .init("enum", .array([.string(EngineSpec.process.type)]))]
  ) { decoder, event in
    let text = event.text
    switch text {
    case EngineSpec.process.type:
      return .process
    case "docker", "slurm", "kubernetes":
      decoder.report(
        .engineUnavailable, "engine \"\(text)\" is not available in this version of Berth",
        hint: "use \"process\", which runs deployments on the machine that Berth runs on")
    default:
      decoder.reportWord(event, "an engine type", [EngineSpec.process.type])
    }
    return nil
  }
}
