import FleetModel

/// The scheduling of a cluster while it is being read.
struct SchedulingDraft: Sendable {
  var spec = SchedulingSpec()

  private static let standard = SchedulingSpec()

  static let table = FieldTable<SchedulingDraft>([
    Field(
      "preemption", .word("a preemption policy"),
      "Whether runs of lower effective priority may be stopped for a higher one.",
      default: .string(standard.preemption.rawValue)
    ) { draft, value, _ in draft.spec.preemption = value },
    Field(
      "minimumRuntime", .span(allowsZero: true), "The time during which a run is safe from preemption.",
      default: .string(standard.minimumRuntime.text)
    ) { draft, value, _ in draft.spec.minimumRuntime = value },
    Field(
      "reservations", .reservations,
      "The number of waiting deployments that may reserve room, at most 64; all means conservative backfilling within that limit.",
      default: standard.reservations.map { .count($0) }
    ) { draft, value, _ in draft.spec.reservations = value.limit },
    Field(
      "maxBypass", .count(0...1_000_000),
      "The number of admissions that may bypass the head of the queue while its start is unknown.",
      default: .count(standard.maxBypass)
    ) { draft, value, _ in draft.spec.maxBypass = value },
    Field(
      "agingAfter", .span(allowsZero: false), "The waiting time after which a deployment is promoted in the queue.",
      default: .string(standard.agingAfter.text)
    ) { draft, value, _ in draft.spec.agingAfter = value },
  ])
}

/// The maximum number of reservations; all, without a limit.
struct ReservationLimit: Sendable {
  var limit: Int?
}

extension ValueRule where Value == ReservationLimit {
  fileprivate static let reservations: ValueRule = {
    let count = ValueRule<Int>.count(0...1_000_000)
    let schema: [JSONValue.Field] = [
      .init(
        "anyOf",
        .array([
          .object(count.schema), .object([.init("type", .string("string")), .init("enum", .array([.string("all")]))]),
        ])
      )
    ]
    return ValueRule(schema: schema) { decoder in
      if decoder.event.kind == .scalar, decoder.event.bytes.elementsEqual("all".utf8) { return ReservationLimit() }
      return count.read(&decoder).map { ReservationLimit(limit: $0) }
    }
  }()
}

extension ValueRule where Value == SchedulingSpec {
  static let scheduling = ValueRule.mapping(
    SchedulingDraft.table, new: { SchedulingDraft() }, finish: { draft, _, _ in draft.spec })
}
