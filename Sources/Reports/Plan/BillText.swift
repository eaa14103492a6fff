import FleetModel
import PlanModel

extension PreemptionBill {
  /// `loses 12.5 GPU-hours of a medium run; eval relies on it; comes back in 40m`. Not yet escaped for a terminal.
  /// - Parameter tellsSelection: says where the victims were found greedily.
  func text(in scope: NameScope, from: Instant?, tellsSelection: Bool = true) -> String {
    var parts = ["loses \(lost) of a \(priority.text) run"]
    if !dependants.isEmpty {
      parts.append("\(enumeration(dependants.map(scope.name))) \(dependants.count == 1 ? "relies" : "rely") on it")
    }
    if tellsSelection, let selection, !selection.isExact {
      parts.append("chosen greedily among \(selection.candidates) candidates")
    }
    switch comesBack {
    case nil: break
    case .now: parts.append("comes back at once")
    case .at(let instant): parts.append("comes back in " + (from.map { (instant - $0).roughText } ?? instant.utcText))
    case .unknown: parts.append("nobody knows when it comes back")
    }
    return parts.joined(separator: "; ")
  }

  /// The lost work: `12.5 GPU-hours`, or the elapsed time of a run without GPUs.
  private var lost: String {
    if held.gpuMilli == 0 { return elapsed.roughText }
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
