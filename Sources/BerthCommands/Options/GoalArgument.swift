import ArgumentParser
import Reconciliation

/// Goal of an apply or a watch on the command line.
enum GoalArgument: String, ExpressibleByArgument, CaseIterable {
  case converged, started

  /// The reconciler's goal.
  var goal: ApplyGoal {
    switch self {
    case .started: .started
    case .converged: .converged
    }
  }
}
