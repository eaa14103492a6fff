import FleetModel
import PlanModel
import Scheduling

// Room for what does not fit, made by stopping what matters less.

extension Fleet {
  /// Frees room for a deployment, with what must be admitted together with it, by stopping runs of strictly lower effective
  /// priority. True: room is being freed for it, and belongs to it from now on.
  mutating func tryToPreempt(_ slot: Int, keeping: [Dimension] = [], _ work: inout StepWork) -> Bool { false }

  /// Whether it may be worth the search for victims: something of strictly lower effective priority runs where the deployment
  /// would. A pass over a queue asks it of every group, so it must be quick.
  func couldPreempt(_ slot: Int) -> Bool { false }
}
