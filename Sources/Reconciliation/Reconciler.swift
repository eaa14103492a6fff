import EngineInterface
import FleetCore
import FleetModel
import PlanModel
import StateStore

/// The loop around `step`: observes, steps, commits, carries out.
public actor Reconciler {
}
