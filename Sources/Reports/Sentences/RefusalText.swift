import FleetModel
import PlanModel

extension Refusal {
  /// The refusal as a sentence without a full stop. Not yet escaped for a terminal.
  public var text: String {
    switch self {
    case .deletesTooMuch(let count, let total):
      "the plan deletes \(count) of the \(total) objects of its source, more than a fifth"
    case .emptySource(let owned):
      "nothing is declared: the plan deletes everything that the source owns (\(counted(owned, "object")))"
    case .ownedElsewhere(let identity, let owner): "\(identity.text) belongs to source \(owner)"
    case .boundElsewhere(let directory): "the source is bound to another directory: \(directory)"
    case .stillNamed(let identity, let other):
      "\(identity.text) can't be deleted: \(other.text) still refers to it"
    case .renameBlocked(let identity, let former, let other):
      identity == other
        ? "\(identity.text) can't be renamed from \(former.path): another object has that name, and is not deleted"
        : "\(identity.text) can't be renamed from \(former.path), which \(other.text) is"
    case .protected(let identity): "deployment \(identity.text) is protected"
    case .preempts(let victims): "the plan preempts \(Self.list(victims)), and --no-preempt was given"
    case .losesTooMuch(let hours, let limit, let stopped):
      "the plan loses \(PreemptionBill.text(ofGPUHours: hours)) of work, more than --max-gpu-hours-lost "
        + "\(PreemptionBill.number(limit)), by stopping \(Self.list(stopped))"
    case .stopsTooMany(let stopped, let limit):
      "the plan stops \(counted(stopped.count, "run")), more than --max-stopped \(limit): \(Self.list(stopped))"
    }
  }

  /// The way to proceed.
  public var advice: String {
    switch self {
    case .deletesTooMuch(let count, _): "if this is intended, pass --confirm-prune \(count)"
    case .emptySource: "check the path; if this is intended, pass --allow-empty"
    case .ownedElsewhere(let identity, let owner):
      "remove it from one of the sources, take it over with --take-ownership=\(ShellWord.quoted(identity.reference)), "
        + "or apply as that source with \(ShellWord.option("--source", owner))"
    case .boundElsewhere:
      "apply that directory; if it has moved here, pass --source-moved; otherwise choose another source with --source NAME"
    case .stillNamed(_, let other): "change or remove \(other.text) as well"
    case .renameBlocked: "delete renamedFrom, or remove the object that is in the way first"
    case .protected: "apply protect: false first"
    case .preempts: "wait for room, or omit --no-preempt"
    case .losesTooMuch: "wait for those runs to end, or raise the limit"
    case .stopsTooMany(let stopped, _): "if this is intended, pass --max-stopped \(stopped.count)"
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
    case .renameBlocked: "renameBlocked"
    case .protected: "protected"
    case .preempts: "preempts"
    case .losesTooMuch: "losesTooMuch"
    case .stopsTooMany: "stopsTooMany"
    }
  }

  /// Sentences about several refusals; objects that belong to the same other source share one.
  public static func summaries(of refusals: [Refusal]) -> [(text: String, advice: String)] {
    var owned: [String: [ObjectIdentity]] = [:]
    for case .ownedElsewhere(let identity, let owner) in refusals { owned[owner, default: []].append(identity) }
    var summaries: [(text: String, advice: String)] = []
    for refusal in refusals {
      guard case .ownedElsewhere(let identity, let owner) = refusal, let all = owned[owner], all.count > 1 else {
        summaries.append((refusal.text, refusal.advice))
        continue
      }
      if identity != all[0] { continue }
      let names = all.prefix(4).map(\.text) + (all.count > 4 ? ["\(all.count - 4) more"] : [])
      summaries.append(
        (
          "\(enumeration(names)) belong to source \(owner)",
          "remove them from one of the sources, take them over with --take-ownership=\(ShellWord.quoted(owner)), "
            + "or apply as that source with \(ShellWord.option("--source", owner))"
        ))
    }
    return summaries
  }

  /// The first few names.
  private static func list(_ identities: [DeploymentIdentity]) -> String {
    let names = identities.prefix(4).map(\.text)
    return enumeration(names + (identities.count > 4 ? ["\(identities.count - 4) more"] : []))
  }
}
