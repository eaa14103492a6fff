import ArgumentParser
import Reconciliation

/// What an apply or a watch goes on until, as the command line says it.
enum GoalArgument: String, ExpressibleByArgument, CaseIterable {
  case converged, started

  /// The reconciler's word for it.
  var goal: ApplyGoal {
    switch self {
    case .started: .started
    case .converged: .converged
    }
  }
}
