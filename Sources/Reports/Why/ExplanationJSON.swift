import FleetModel
import PlanModel

extension Explanation {
  /// All fields; amounts in bytes and thousandths, times in UTC.
  public var json: JSONValue {
    .object([
      .init("formatVersion", .count(Self.formatVersion)), .init("deployment", .string(deployment.text)),
      .init("at", .string(at.utcText)), .init("status", .string(status.rawValue)),
      .init("standing", .string(state.rawValue)), .init("reason", reason?.json ?? .null),
      .init("since", .optional(since?.utcText)), .init("ends", ends?.json ?? .null),
      .init("priority", .string(priority.text)),
      .init("effectivePriority", .string((inheritance.last?.priority ?? priority).text)),
      .init(
        "inheritance",
        .array(
          inheritance.map {
            .object([.init("deployment", .string($0.deployment.text)), .init("priority", .string($0.priority.text))])
          })),
      .init("isWatched", .bool(isWatched)), .init("chain", .array(chain.map(\.json))),
      .init("shortage", shortage?.json ?? .null),
      .init("start", start.map { .object($0.fields(from: at)) } ?? .null),
      .init("promise", .optional(promise?.utcText)),
      .init("suggestions", .array(suggestions.map { $0.json(in: self) })),
    ])
  }
}

extension Explanation.ChainLink {
  fileprivate var json: JSONValue {
    .object([
      .init("deployment", .string(deployment.text)), .init("status", .string(status.rawValue)),
      .init("reason", reason?.json ?? .null), .init("ends", ends?.json ?? .null),
      .init("until", .optional(until?.rawValue)),
    ])
  }
}

extension Explanation.ExpectedEnd {
  fileprivate var json: JSONValue {
    switch self {
    case .at(let instant, let isPromised, let learned, let latest):
      .object([
        .init("end", .string("at")), .init("at", .string(instant.utcText)), .init("isPromised", .bool(isPromised)),
        .init("learned", learned?.json ?? .null), .init("latest", .optional(latest?.utcText)),
      ])
    case .never: .object([.init("end", .string("never"))])
    case .unknown: .object([.init("end", .string("unknown"))])
    case .stopping: .object([.init("end", .string("stopping"))])
    }
  }
}

extension Shortage {
  fileprivate var json: JSONValue {
    .object([
      .init("deployment", .string(deployment.text)), .init("cluster", .string(deployment.cluster.text)),
      .init("together", .array(gang.map { .string($0.text) })),
      .init(
        "needs",
        .array(
          needs.map {
            .object([
              .init("dimension", .string($0.dimension.rawValue)), .init("requested", .integer($0.requested)),
              .init("free", .integer($0.free)), .init("short", .integer($0.short)), .init("total", .integer($0.total)),
            ])
          })),
      .init("holders", .array(holders.map(\.json))), .init("furtherHolders", .count(furtherHolders)),
      .init("ahead", .array(ahead.map(\.json))), .init("furtherAhead", .count(furtherAhead)),
      .init(
        "reservations",
        .array(
          reservations.map {
            .object([
              .init("deployment", .string($0.deployment.text)), .init("at", $0.at.json),
              .init("isPromised", .bool($0.isPromised)),
              .init("dimensions", .array($0.lacking.map { .string($0.rawValue) })),
            ])
          })),
      .init("nominated", .array(nominated.map { .string($0.text) })),
    ])
  }
}

extension Shortage.RoomHolder {
  fileprivate var json: JSONValue {
    .object(
      [.init("deployment", .string(deployment.text)), .init("priority", .string(priority.text))] + held.fields + [
        .init("since", since.json), .init("ends", ends.json),
      ])
  }
}

extension Shortage.QueuedDeployment {
  fileprivate var json: JSONValue {
    .object(
      [.init("deployment", .string(deployment.text)), .init("priority", .string(priority.text))] + request.fields + [
        .init("since", .string(since.utcText))
      ])
  }
}

extension Resources {
  fileprivate var fields: [JSONValue.Field] {
    [.init("ram", .integer(ramBytes)), .init("cpu", .integer(cpuMilli)), .init("gpu", .integer(gpuMilli))]
  }
}

extension Suggestion {
  fileprivate func json(in explanation: Explanation) -> JSONValue {
    let (deployment, now) = (explanation.deployment, explanation.at)
    let text =
      "\(sentence(for: deployment, in: .full)): \(start.text(in: .full, now: now))\(caution(in: explanation))"
    return .object([
      .init("kind", .string(kind.rawValue)), .init("remedies", .array(remedies.map(\.json))),
      .init("start", start.json),
      .init("bills", .array(bills.map { $0.json(from: now) })), .init("text", .string(text)),
    ])
  }
}

extension Suggestion.Start {
  fileprivate var json: JSONValue {
    switch self {
    case .now: .object([.init("start", .string("now"))])
    case .at(let instant): .object([.init("start", .string("at")), .init("at", .string(instant.utcText))])
    case .once(let others, let at):
      .object([
        .init("start", .string("once")), .init("at", at.json),
        .init("deployments", .array(others.map { .string($0.text) })),
      ])
    }
  }
}

extension Remedy {
  fileprivate var json: JSONValue {
    switch self {
    case .edit(let edit):
      .object([
        .init("remedy", .string("edit")), .init("kind", .string(edit.object.kind.rawValue)),
        .init("identity", .string(edit.object.path)), .init("source", .string(edit.source)),
        .init("fields", .array(edit.fields.map(\.json))),
      ])
    case .retry(let identity):
      .object([.init("remedy", .string("retry")), .init("deployment", .string(identity.text))])
    case .provideSecret(let identity, let words):
      .object([
        .init("remedy", .string("provideSecret")), .init("deployment", .string(identity.text)),
        .init("words", .string(words)),
      ])
    case .repairEngine(let cluster, let words):
      .object([
        .init("remedy", .string("repairEngine")), .init("cluster", .string(cluster.text)),
        .init("words", .string(words)),
      ])
    case .apply: .object([.init("remedy", .string("apply"))])
    }
  }
}

extension ManifestEdit.Field {
  fileprivate var json: JSONValue {
    .object([
      .init("path", .string(path)), .init("old", .optional(old)), .init("new", .optional(new)),
      .init("file", .optional(place?.file)), .init("line", place.map { .count($0.line) } ?? .null),
    ])
  }
}
