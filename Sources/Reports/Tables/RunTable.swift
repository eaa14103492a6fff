import FleetModel
import PlanModel

/// Runs, the last one first, as a table.
public enum RunTable {
  /// `GENERATION.ATTEMPT`, when it began, how long it took or has taken, its GPUs where any run has some, its name, and its
  /// state, which of an ended run is how it ended. Nothing of it is cut: names are copied, and how a run ended is what one
  /// looks for.
  /// - Parameter time: how times are written; in UTC unless said otherwise.
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

  /// Its state, and of an ended one how it ended.
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
