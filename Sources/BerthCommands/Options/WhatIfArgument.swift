import ArgumentParser
import FleetCore
import FleetModel
import Manifests
import PlanModel
import Simulation

/// Parser of `--what-if`: `cluster/vision/lab.gpu=8`, `deployment/vision/lab/train.priority=high`.
enum WhatIfArgument {
  /// Error in an argument.
  struct Problem: Error {
    var message: String
  }

  private static let clusterFields = [
    "ram", "cpu", "gpu", "scheduling.preemption", "scheduling.minimumRuntime", "scheduling.reservations",
    "scheduling.maxBypass", "scheduling.agingAfter",
  ]
  private static let deploymentFields = [
    "priority", "ram", "cpu", "gpu", "suspend", "preemptible", "expectedRuntime", "maxRuntime",
  ]

  static func parse(_ text: String) throws(Problem) -> WhatIf {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else { throw Problem(message: "expected NAME.FIELD=VALUE") }
    let name = sides[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard name.count == 2 else { throw Problem(message: "expected NAME.FIELD=VALUE, such as cluster/vision/lab.gpu=8") }
    let parts = name[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { throw Problem(message: "part of the name is empty") }
    switch (parts[0], parts.count) {
    case ("cluster", 3):
      let identity = ClusterIdentity(organization: parts[1], name: parts[2])
      return WhatIf(.cluster(identity), try change(name[1], sides[1], of: "cluster", clusterFields))
    case ("deployment", 4):
      let cluster = ClusterIdentity(organization: parts[1], name: parts[2])
      let identity = DeploymentIdentity(cluster: cluster, name: parts[3])
      return WhatIf(.deployment(identity), try change(name[1], sides[1], of: "deployment", deploymentFields))
    case ("cluster", _): throw Problem(message: "expected cluster/ORGANIZATION/NAME")
    case ("deployment", _): throw Problem(message: "expected deployment/ORGANIZATION/CLUSTER/NAME")
    default:
      let near = NearestName.of(parts[0], among: ["cluster", "deployment"]).map { "; did you mean \($0)?" } ?? ""
      throw Problem(message: "the name must begin with cluster/ or deployment/, not \(parts[0])/\(near)")
    }
  }

  /// Parses one changed field.
  /// - Parameter kind: `cluster` or `deployment`.
  private static func change(
    _ field: String, _ value: String, of kind: String, _ fields: [String]
  ) throws(Problem) -> WhatIf.Change {
    guard fields.contains(field) else {
      let short = fields.first { $0.hasSuffix("." + field) }
      let near = (short ?? NearestName.of(field, among: fields)).map { "; did you mean \($0)?" } ?? ""
      throw Problem(
        message: "a \(kind) has no field \(field) to change\(near.isEmpty ? "." : near) Fields: "
          + fields.joined(separator: ", "))
    }
    func required<Value>(_ value: Value?, _ what: String) throws(Problem) -> Value {
      guard let value else { throw Problem(message: "\(field) must be \(what)") }
      return value
    }
    let span = "a duration such as 90s, 40m or 2h"
    switch field {
    case "ram":
      return .amount(.ram, try required(QuantityParser.ramBytes(value).flatMap(positive), "an amount such as 64Gi"))
    case "cpu":
      return .amount(
        .cpu, try required(QuantityParser.milli(value).flatMap(positive), "a number of cores such as 4 or 0.5"))
    case "gpu":
      let milli = try required(QuantityParser.milli(value).flatMap { $0 >= 0 ? $0 : nil }, "a number such as 4")
      if milli % 1000 != 0, kind == "cluster" || milli > 1000 {
        throw Problem(message: "gpu must be a whole number" + (kind == "cluster" ? "" : ", or below 1"))
      }
      return .amount(.gpu, milli)
    case "priority":
      let words = Priority.allCases.map(\.text)
      return .priority(
        try required(Priority.allCases.first { $0.text == value.lowercased() }, words.joined(separator: " or ")))
    case "suspend": return .suspend(try required(Bool(value), "true or false"))
    case "preemptible": return .preemptible(try required(Bool(value), "true or false"))
    case "expectedRuntime": return .expectedRuntime(try required(DurationArgument(argument: value)?.span, span))
    case "maxRuntime": return .maxRuntime(try required(DurationArgument(argument: value)?.span, span))
    case "scheduling.reservations":
      return .reservations(try required(ReservationsArgument(argument: value), "all, or a number of at least 0").limit)
    case "scheduling.maxBypass":
      return .maxBypass(try required(Int(value).flatMap { $0 >= 0 ? $0 : nil }, "a number of at least 0"))
    case "scheduling.minimumRuntime":
      return .minimumRuntime(try required(DurationArgument(argument: value)?.span, span))
    case "scheduling.agingAfter": return .agingAfter(try required(DurationArgument(argument: value)?.span, span))
    default:
      return .preemption(
        try required(SchedulingSpec.Preemption(rawValue: value), "lowerPriority or never"))
    }
  }

  private static func positive(_ value: Int64) -> Int64? { value > 0 ? value : nil }

  /// Error of overrides that manifests could not express.
  static func impossible(_ problem: ImpossibleAssumption) -> CommandError {
    func spelled(_ amount: Int64) -> String { Resources.text(amount, of: problem.dimension) }
    let (asked, total) = (spelled(problem.requested), spelled(problem.total))
    return .notFound(
      "--what-if: \(problem.deployment.text) would request \(asked) \(problem.dimension.rawValue), "
        + "and its cluster would have \(total) in total: validation refuses that",
      hint: "assume a smaller request or a larger cluster; see: berth explain BRT0056")
  }

  /// Error of an override of an unknown object.
  static func unknown(_ problem: UnknownTarget, of command: any ParsableCommand.Type) -> CommandError {
    let kind = problem.target.kind == .cluster ? "cluster" : "deployment"
    let near = NearestName.of(problem.target.path, among: problem.known.map(\.path)).map { "; did you mean \($0)?" }
    return .usage("--what-if: there is no \(kind) \(problem.target.path)\(near ?? "")", of: command)
  }
}
