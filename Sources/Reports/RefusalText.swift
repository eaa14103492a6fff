import FleetModel
import PlanModel

extension Refusal {
  /// Why, as a sentence without its full stop. Not yet escaped for a terminal.
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
    }
  }

  /// The way out.
  public var advice: String {
    switch self {
    case .deletesTooMuch(let count, _): "if that is meant, pass --confirm-prune \(count)"
    case .emptySource: "check the path; if that is meant, pass --allow-empty"
    case .ownedElsewhere: "remove it here or there; or take it over with --take-ownership"
    case .boundElsewhere: "apply that one; or name another source with --source NAME, and --take-ownership if this is it, moved"
    case .stillNamed(_, let other): "change or remove \(other.text) as well"
    case .protected: "apply protect: false first"
    }
  }

  /// The stable word for programs.
  public var code: String {
    switch self {
    case .deletesTooMuch: "deletesTooMuch"
    case .emptySource: "emptySource"
    case .ownedElsewhere: "ownedElsewhere"
    case .boundElsewhere: "boundElsewhere"
    case .stillNamed: "stillNamed"
    case .protected: "protected"
    }
  }
}
