import FleetModel
import PlanModel

/// Runs, the last one first, as a table.
public enum RunTable {
  /// `GENERATION.ATTEMPT`, state, outcome, when it began, how long it took or has taken, its GPUs and its name.
  public static func table(_ runs: [RunRecord], now: Instant) -> TextTable {
    var table = TextTable(columns: [
      TextTable.Column("ATTEMPT"), TextTable.Column("STATE"), TextTable.Column("STARTED"),
      TextTable.Column("DURATION", .trailing), TextTable.Column("OUTCOME"), TextTable.Column("GPUS"),
      TextTable.Column("RUN"),
    ])
    table.rows = runs.map { run in
      [
        TextTable.Cell("\(run.generation).\(run.attempt)"), TextTable.Cell(run.state.rawValue, run.style),
        TextTable.Cell(run.startedAt?.utcText ?? ""), TextTable.Cell(run.duration(now: now)?.humanText ?? ""),
        TextTable.Cell(run.outcomeText), TextTable.Cell(GPUText.text(run.gpus)), TextTable.Cell(run.name.text, .faint),
      ]
    }
    return table
  }
}

/// GPUs as a run holds them.
public enum GPUText {
  /// `0, 2`; of a part: `1 (0.5)`.
  public static func text(_ shares: [GPUShare]) -> String {
    shares.map { $0.milli == 1000 ? "\($0.slot)" : "\($0.slot) (\(Resources.gpuText(milli: Int64($0.milli))))" }
      .joined(separator: ", ")
  }
}

extension RunRecord {
  /// How long it ran, or has run until now; nil: it has not started.
  public func duration(now: Instant) -> TimeSpan? { startedAt.map { max(.zero, (endedAt ?? now) - $0) } }

  /// How it ended, and what it was asked to.
  var outcomeText: String {
    switch (outcome, stopCause) {
    case (let outcome?, let cause?): "\(outcome.text): \(cause.text)"
    case (let outcome?, nil): outcome.text
    case (nil, let cause?): "asked to stop: \(cause.text)"
    case (nil, nil): ""
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

  /// All of it that is recorded.
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
  /// In UTC, or null.
  public var json: JSONValue { map { .string($0.utcText) } ?? .null }
}

extension DeploymentStatus {
  /// How it looks.
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
