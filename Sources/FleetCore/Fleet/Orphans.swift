import FleetModel

/// Runs on a cluster's engine that no live record names, and that may be alive. While there are any, the cluster admits
/// nothing, because nobody knows what they hold.
struct Orphans: Sendable {
  /// Knowledge of an orphan.
  enum Sight: Sendable, Hashable {
    /// An orphan of this state, which is being stopped.
    case stopping
    /// A live orphan of another owner, with the owner's name.
    case foreign(String)
    /// An orphan that was alive, and of which its engine can't tell whether it still is, with the reason.
    case unclear(String)
  }

  private var sights: [RunName: Sight] = [:]

  /// Whether there are none.
  var isEmpty: Bool { sights.isEmpty }

  /// Whether none is being stopped.
  var isFreeOfStops: Bool { !sights.values.contains(.stopping) }

  /// The reason that they are for what waits, in words; `nil` if there are none.
  var words: String? {
    let first = sights.min { ($0.value.rank, $0.key) < ($1.value.rank, $1.key) }
    switch first?.value {
    case nil: return nil
    case .foreign(let why): return "\(why), and is alive"
    case .unclear(let why): return "a run without a record may be alive: \(why)"
    case .stopping: return "runs without a record are being stopped"
    }
  }

  /// The last observation of a run; `nil` if it is no orphan.
  subscript(name: RunName) -> Sight? { sights[name] }

  /// Takes in what was seen of a run. Returns false if that was known.
  mutating func note(_ name: RunName, _ sight: Sight) -> Bool { sights.updateValue(sight, forKey: name) != sight }

  /// Takes in that a run is gone. Returns false if it was no orphan.
  mutating func remove(_ name: RunName) -> Bool { sights.removeValue(forKey: name) != nil }

  /// Takes in that of all runs only these are there.
  mutating func keep(where isThere: (RunName) -> Bool) { sights = sights.filter { isThere($0.key) } }
}

extension Orphans.Sight {
  /// The order in which they are named: first those for which somebody has to do something.
  fileprivate var rank: Int {
    switch self {
    case .foreign: 0
    case .unclear: 1
    case .stopping: 2
    }
  }
}
