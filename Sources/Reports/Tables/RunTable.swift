import FleetModel
import PlanModel

/// Runs as a table, the latest first.
public enum RunTable {
  /// The table: `GENERATION.ATTEMPT`, start, duration, GPUs if any run has some, name, and state or outcome. No cell is
  /// cut, because names are copied and outcomes are what readers look for.
  /// - Parameter time: formats a time, in UTC by default.
  public static func table(
    _ runs: [RunRecord], now: Instant, time: (Instant) -> String = \.utcText
  ) -> TextTable {
    let hasGPUs = runs.contains { !$0.gpus.isEmpty }
    var columns = [
      TextTable.Column("ATTEMPT", isWhole: true), TextTable.Column("STARTED", isWhole: true),
      TextTable.Column("DURATION", .trailing, isWhole: true),
    ]
    if hasGPUs { columns.append(TextTable.Column("GPUS", isWhole: true)) }
    columns += [TextTable.Column("RUN", isWhole: true), TextTable.Column("STATE", isWhole: true)]
    let rows = runs.map { run in
      var cells = [
        TextTable.Cell("\(run.generation).\(run.attempt)"),
        TextTable.Cell(run.startedAt.map(time) ?? ""), TextTable.Cell(run.duration(now: now)?.humanText ?? ""),
      ]
      if hasGPUs { cells.append(TextTable.Cell(GPUText.text(run.gpus))) }
      return cells + [TextTable.Cell(run.name.text, .faint), TextTable.Cell(run.stateText, run.style)]
    }
    return TextTable(columns: columns, rows: rows)
  }
}

/// GPUs that a run holds.
public enum GPUText {
  /// Slots, with the amount of a partly held GPU: `0, 2`, `1 (0.5)`.
  public static func text(_ shares: [GPUShare]) -> String {
    shares.map { $0.milli == 1000 ? "\($0.slot)" : "\($0.slot) (\(Resources.gpuText(milli: Int64($0.milli))))" }
      .joined(separator: ", ")
  }
}

extension RunRecord {
  /// Time from its start to its end or until now; nil if it has not started.
  public func duration(now: Instant) -> TimeSpan? { startedAt.map { max(.zero, (endedAt ?? now) - $0) } }

  /// Outcome of the run, and the cause of a stop.
  var outcomeText: String {
    switch (outcome, stopCause) {
    case (let outcome?, let cause?): "\(outcome.text): \(cause.text)"
    case (let outcome?, nil): outcome.text
    case (nil, let cause?): "stopping: \(cause.text)"
    case (nil, nil): ""
    }
  }

  /// State of the run, or its outcome if it ended.
  fileprivate var stateText: String {
    switch (state, outcomeText) {
    case (.ended, let outcome), (.lost, let outcome): outcome.isEmpty ? state.rawValue : outcome
    case (_, ""): state.rawValue
    case (_, let outcome): "\(state.rawValue), \(outcome)"
    }
  }

  fileprivate var style: Style? {
    switch state {
    case .starting, .stopping: .waiting
    case .running: .added
    case .lost: .warning
    case .ended:
      switch outcome {
      case .exited(status: 0), .stopped, .abandoned: nil
      default: .error
      }
    }
  }

  /// All recorded fields.
  public var json: JSONValue {
    .object([
      .init("name", .string(name.text)), .init("deployment", .string(identity.text)),
      .init("generation", .integer(Int64(generation))), .init("attempt", .integer(Int64(attempt))),
      .init("state", .string(state.rawValue)), .init("ram_bytes", .integer(resources.ramBytes)),
      .init("cpu_milli", .integer(resources.cpuMilli)), .init("gpu_milli", .integer(resources.gpuMilli)),
      .init(
        "gpus",
        .array(
          gpus.map {
            .object([.init("slot", .integer(Int64($0.slot))), .init("milli", .integer(Int64($0.milli)))])
          })),
      .init("created_at", .string(createdAt.utcText)), .init("started_at", startedAt.json),
      .init("ended_at", endedAt.json),
      .init("outcome", outcome.map { .string($0.text) } ?? .null),
      .init("stop_cause", stopCause.map { .string($0.text) } ?? .null),
    ])
  }
}

extension Instant? {
  /// The time in UTC, or null.
  public var json: JSONValue { map { .string($0.utcText) } ?? .null }
}

extension DeploymentStatus {
  /// Style of the status.
  public var style: Style {
    switch self {
    case .pending: .waiting
    case .running: .added
    case .completed: .faint
    case .failed: .error
    case .cancelled: .faint
    }
  }
}
