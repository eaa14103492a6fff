import FleetModel
import PlanModel

extension PreemptionBill {
  /// Cost of the preemption: `loses 12.5 GPU-hours (medium priority); eval depends on it; restarts in 40m`. Not yet escaped
  /// for a terminal.
  /// - Parameter tellsSelection: whether to say that the victims were chosen greedily.
  func text(in scope: NameScope, from: Instant?, tellsSelection: Bool = true) -> String {
    var parts = ["loses \(lost) (\(priority.text) priority)"]
    if !dependants.isEmpty {
      parts.append("\(enumeration(dependants.map(scope.name))) \(dependants.count == 1 ? "depends" : "depend") on it")
    }
    if tellsSelection, let selection, !selection.isExact {
      parts.append("chosen greedily from \(selection.candidates) candidates")
    }
    switch comesBack {
    case nil: break
    case .now: parts.append("restarts at once")
    case .at(let instant): parts.append("restarts in " + (from.map { (instant - $0).roughText } ?? instant.utcText))
    case .unknown: parts.append("restart time unknown")
    }
    return parts.joined(separator: "; ")
  }

  /// The lost work: `12.5 GPU-hours`, or the elapsed time of a run without GPUs.
  private var lost: String {
    if held.gpuMilli == 0 { return "\(elapsed.roughText) of work" }
    return PreemptionBill.text(ofGPUHours: gpuHoursLost)
  }

  /// GPU-hours with one decimal, or with two significant digits below a tenth: `0.3 GPU-hours`.
  static func text(ofGPUHours hours: Double) -> String {
    let text = number(hours)
    return "\(text) GPU-hour\(text == "1" ? "" : "s")"
  }

  static func number(_ hours: Double) -> String {
    let scale: Double = hours < 0.1 ? 1000 : hours < 100 ? 10 : 1
    let amount = (min(hours, 9e15) * scale).rounded() / scale
    return amount == amount.rounded() ? String(Int64(amount)) : String(amount)
  }
}

extension UnknownStart {
  /// Whether it adds anything to the reason why the deployment waits.
  var isWorthSaying: Bool {
    switch self {
    case .endsUnknown, .beyond: true
    case .held: false
    }
  }
}
