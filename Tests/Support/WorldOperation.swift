import FleetModel
import TestKit

/// An operation on a world from outside. Each has a seed of its own, so that leaving one out changes little of the
/// others and histories can be shrunk.
struct WorldOperation: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    /// The manifests are changed and applied.
    case apply
    /// The process dies now.
    case crash
    /// The process dies at one of the next commits or effects.
    case crashSoon
    /// An engine does not answer for a while.
    case outage
    /// A machine restarts, and its runs are gone.
    case reboot
    /// Somebody kills a run.
    case kill
    /// A run that nobody recorded appears.
    case orphan
    /// FAILED deployments are asked for again.
    case retry
    /// Nothing; time passes.
    case rest
  }
  var kind: Kind
  var seed: UInt64
  var pause: TimeSpan

  var text: String { "\(kind.rawValue) \(seed), then \(pause.text)" }

  /// A random history that begins with an apply.
  static func history(_ random: inout SeededGenerator) -> [WorldOperation] {
    let weights: [Kind] = [
      .apply, .apply, .apply, .apply, .apply, .crash, .crashSoon, .crashSoon, .crashSoon, .outage, .reboot, .kill,
      .kill,
      .orphan, .retry, .retry, .rest, .rest,
    ]
    var history = [WorldOperation(kind: .apply, seed: 0, pause: pause(&random))]
    for _ in 0..<random.from(5...30) {
      history.append(WorldOperation(kind: random.pick(weights), seed: random.next(), pause: pause(&random)))
    }
    return history
  }

  private static func pause(_ random: inout SeededGenerator) -> TimeSpan {
    .milliseconds(Int64(random.below(random.pick([1, 1000, 20_000, 120_000]))))
  }
}
