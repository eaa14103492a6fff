import FleetModel
import PlanModel

extension Refusal {
  /// The refusal as a sentence without a full stop. Not yet escaped for a terminal.
  public var text: String {
    switch self {
    case .deletesTooMuch(let count, let total):
      "it would delete \(count) of the \(total) objects of its source, more than a fifth"
    case .emptySource(let owned):
      "nothing is declared, and the source owns \(counted(owned, "object")): all would be deleted"
    case .ownedElsewhere(let identity, let owner): "\(identity.text) belongs to the source \(owner)"
    case .boundElsewhere(let directory): "the source is bound to another directory: \(directory)"
    case .stillNamed(let identity, let other):
      "\(identity.text) can't be deleted: \(other.text) names it and stays"
    case .protected(let identity): "deployment \(identity.text) is protected"
    case .preempts(let victims): "it would preempt \(Self.list(victims)), and --no-preempt was given"
    case .losesTooMuch(let hours, let limit, let stopped):
      "it would lose \(PreemptionBill.text(ofGPUHours: hours)) of work, more than --max-gpu-hours-lost "
        + "\(PreemptionBill.number(limit)), by stopping \(Self.list(stopped))"
    case .stopsTooMany(let stopped, let limit):
      "it would stop \(counted(stopped.count, "run")), more than --max-stopped \(limit): \(Self.list(stopped))"
    }
  }

  /// The way to proceed.
  public var advice: String {
    switch self {
    case .deletesTooMuch(let count, _): "if that is meant, pass --confirm-prune \(count)"
    case .emptySource: "check the path; if that is meant, pass --allow-empty"
    case .ownedElsewhere: "remove it here or there; or take it over with --take-ownership"
    case .boundElsewhere:
      "apply that one; or pass --take-ownership if this is it, moved; or name another source with --source NAME"
    case .stillNamed(_, let other): "change or remove \(other.text) as well"
    case .protected: "apply protect: false first"
    case .preempts: "wait for room, or leave --no-preempt out"
    case .losesTooMuch: "wait for those runs to end, or raise the limit"
    case .stopsTooMany(let stopped, _): "if that is meant, pass --max-stopped \(stopped.count)"
    }
  }

  /// Stable code for programs.
  public var code: String {
    switch self {
    case .deletesTooMuch: "deletesTooMuch"
    case .emptySource: "emptySource"
    case .ownedElsewhere: "ownedElsewhere"
    case .boundElsewhere: "boundElsewhere"
    case .stillNamed: "stillNamed"
    case .protected: "protected"
    case .preempts: "preempts"
    case .losesTooMuch: "losesTooMuch"
    case .stopsTooMany: "stopsTooMany"
    }
  }

  /// Sentences about several refusals; objects that belong to the same other source share one.
  public static func told(_ refusals: [Refusal]) -> [(text: String, advice: String)] {
    var owned: [String: [ObjectIdentity]] = [:]
    for case .ownedElsewhere(let identity, let owner) in refusals { owned[owner, default: []].append(identity) }
    var told: [(text: String, advice: String)] = []
    for refusal in refusals {
      guard case .ownedElsewhere(let identity, let owner) = refusal, let all = owned[owner], all.count > 1 else {
        told.append((refusal.text, refusal.advice))
        continue
      }
      if identity != all[0] { continue }
      let names = all.prefix(4).map(\.text) + (all.count > 4 ? ["\(all.count - 4) more"] : [])
      told.append(
        (
          "\(enumeration(names)) belong to the source \(owner)",
          "remove them here or there; or take them over with --take-ownership"
        ))
    }
    return told
  }

  /// The first few names.
  private static func list(_ identities: [DeploymentIdentity]) -> String {
    let names = identities.prefix(4).map(\.text)
    return enumeration(names + (identities.count > 4 ? ["\(identities.count - 4) more"] : []))
  }
}
