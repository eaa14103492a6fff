import FleetModel
import PlanModel

/// Changes of starts and victims under assumptions.
public struct WhatIfReport {
  private struct Move {
    var deployment: DeploymentIdentity
    var with: ExpectedStart?
    var without: ExpectedStart?
  }

  private let assumptions: [String]
  private let with: Plan
  private let without: Plan
  private let moves: [Move]
  private let unmoved: Int

  /// Compares the two plans.
  /// - Parameter assumptions: assumptions as the user wrote them.
  public init(assumptions: [String], with: Plan, without: Plan) {
    self.assumptions = assumptions
    self.with = with
    self.without = without
    let (new, old) = (Self.starts(of: with), Self.starts(of: without))
    let all = Set(new.keys).union(old.keys).sorted()
    let moves = all.map { Move(deployment: $0, with: new[$0], without: old[$0]) }.filter {
      Self.rank($0.with, with) != Self.rank($0.without, without)
    }
    self.moves = moves
    unmoved = all.count - moves.count
  }

  private static func starts(of plan: Plan) -> [DeploymentIdentity: ExpectedStart] {
    var waiting: [DeploymentIdentity: ExpectedStart] = [:]
    for entry in plan.forecast?.deployments ?? [] { waiting[entry.deployment] = entry.start }
    var starts: [DeploymentIdentity: ExpectedStart] = [:]
    for action in plan.actions {
      guard case .deployment(let identity) = action.identity else { continue }
      switch action.kind {
      case .start: starts[identity] = .now
      case .hold: starts[identity] = waiting[identity]
      case .register, .update, .stop, .preempt, .prune: break
      }
    }
    return starts
  }

  /// Start in seconds from the plan's own time, because the two plans are made at different times.
  private static func rank(_ start: ExpectedStart?, _ plan: Plan) -> Int64 {
    switch start {
    case .now: 0
    case .at(let instant): (instant - (plan.forecast?.from ?? instant)).nanoseconds / 1_000_000_000 / 5 * 5
    case .unknown: .max - 1
    // A run that continues instead of being stopped.
    case nil: -1
    }
  }

  /// A table of changed starts, each line with its line break.
  public func text(width: Int, palette: Palette) -> String {
    let title = "What if " + enumeration(assumptions.map(VisibleText.escaped))
    var out = palette.paint(Paragraph.text(title, indent: 2, width: width), .strong) + "\n"
    if moves.isEmpty {
      out += "  no start time changes\n"
    } else {
      let rows = moves.prefix(60).map { move -> [TextTable.Cell] in
        let sooner = Self.rank(move.with, with) < Self.rank(move.without, without)
        return [
          .init(VisibleText.escaped(move.deployment.text)), .init(text(move.with, with), sooner ? .added : .removed),
          .init(text(move.without, without)),
        ]
      }
      let table = TextTable(
        columns: [.init("DEPLOYMENT", losesMiddle: true), .init("START"), .init("WITHOUT")], rows: rows)
      out += table.text(width: width, palette: palette)
      if moves.count > 60 { out += palette.paint("… and \(moves.count - 60) more\n", .faint) }
    }
    let sooner = moves.count { Self.rank($0.with, with) < Self.rank($0.without, without) }
    let counts = "\(sooner) earlier, \(moves.count - sooner) later, \(unmoved) unchanged"
    out += palette.paint(counts, .faint) + "\n"
    let (new, old) = (victims(with), victims(without))
    if new != old { out += Paragraph.text("preempted: \(new) instead of \(old)", indent: 2, width: width) + "\n" }
    return out
  }

  private func text(_ start: ExpectedStart?, _ plan: Plan) -> String {
    guard let start else { return "none" }
    return start.text(from: plan.forecast?.from ?? Instant(nanoseconds: 0))
  }

  private func victims(_ plan: Plan) -> String {
    let names = plan.bills.map {
      "\(VisibleText.escaped($0.victim.text)) (\(PreemptionBill.text(ofGPUHours: $0.gpuHoursLost)))"
    }
    return names.isEmpty ? "nothing" : enumeration(names)
  }

  /// The plan's JSON with a `whatIf` field.
  public var json: JSONValue {
    guard case .object(let fields) = with.json else { return with.json }
    func json(_ start: ExpectedStart?, _ plan: Plan) -> JSONValue {
      guard let start, let from = plan.forecast?.from else { return .null }
      return .object(start.fields(from: from))
    }
    let moved = moves.map { move in
      JSONValue.object([
        .init("deployment", .string(move.deployment.text)), .init("with", json(move.with, with)),
        .init("without", json(move.without, without)),
      ])
    }
    let report = JSONValue.object([
      .init("assumptions", .array(assumptions.map(JSONValue.string))), .init("moves", .array(moved)),
      .init("unmoved", .count(unmoved)),
      .init("billsWithout", .array(without.bills.map { $0.json(from: without.forecast?.from) })),
    ])
    return .object(fields + [.init("whatIf", report)])
  }
}
