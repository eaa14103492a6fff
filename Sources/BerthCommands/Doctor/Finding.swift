import FleetModel
import Reports
import StateStore

/// A finding of `doctor`.
struct Finding {
  /// Severity of a finding.
  enum Weight: Equatable {
    /// A state that should never occur.
    case problem
    /// A state that resolves itself, or that the next apply resolves.
    case note
  }
  /// Repair that `--fix` makes.
  enum Repair: Equatable {
    case state(StateFinding)
    /// Asks a run to stop, and removes its files if the journal does not know it.
    case stop(RunName, on: EngineSpec, isJournalled: Bool)
    /// Removes a run's files.
    case remove(RunName, on: EngineSpec)
    /// Puts aside the files of a run that can't be read.
    case putAside(RunName, on: EngineSpec)
    /// Finishes removals.
    case tidy(EngineSpec)
  }

  var weight: Weight
  /// The finding, not yet escaped.
  var text: String
  /// Advice on how to resolve it.
  var advice: String
  var repair: Repair?

  init(_ weight: Weight, _ text: String, advice: String, repair: Repair? = nil) {
    self.weight = weight
    self.text = text
    self.advice = advice
    self.repair = repair
  }

  /// Creates a finding from the state's own check.
  init(_ finding: StateFinding) {
    let advice =
      switch finding {
      case .integrity, .foreignKey, .unexpectedValue:
        "stop all programs that write to the file, keep a copy, and restore a backup"
      case .gpuOversubscribed: "stop one of the runs that share the GPU: berth get deployments -o wide shows them"
      case .runWithoutDeployment, .runWithoutCluster:
        "keep a copy of the file, and restore a backup from before the row was deleted"
      case .availability, .gpuHeld, .runWithoutEnd, .status, .counter:
        finding.isSafeToRepair
          ? "berth doctor --fix recomputes it" : "run berth apply, which queries the engine and records the result"
      }
    self.init(.problem, finding.text, advice: advice, repair: finding.isSafeToRepair ? .state(finding) : nil)
  }
}

extension Finding {
  /// The finding and its advice as two lines.
  func text(_ palette: Palette) -> String {
    let label =
      switch weight {
      case .problem: palette.paint("problem", .error)
      case .note: palette.paint("note", .warning) + "   "
      }
    return "\(label)  \(VisibleText.escaped(text))\n         \(palette.paint(VisibleText.escaped(advice), .faint))\n"
  }
}
