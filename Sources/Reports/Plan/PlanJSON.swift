import Diagnostics
import FleetModel
import PlanModel

extension Plan {
  /// The only JSON form of a plan. Within a `formatVersion`, keys are only added. Each object's keys have a fixed order
  /// and absent values are null, so that equal plans give equal bytes.
  ///
  /// Amounts are integers: bytes of `ram`, thousandths of `cpu` and `gpu`. Times are RFC 3339, in UTC.
  public var json: JSONValue {
    .object([
      .init("formatVersion", .integer(Int64(Plan.formatVersion))),
      .init("source", .string(source)),
      .init("offline", .bool(isOffline)),
      .init("hasChanges", .bool(hasChanges)),
      .init("summary", summary.json),
      .init("unchanged", .integer(Int64(unchanged))),
      .init("changes", .array(changes.map(\.json))),
      .init("actions", .array(forecastActions.map(\.json))),
      .init("inheritances", .array(inheritances.map(\.json))),
      .init("bills", .array(bills.map { $0.json(from: forecast?.from) })),
      .init("forecast", startsJSON),
      .init("assumptions", .array(assumptions.map(\.json))),
      .init("notices", .array(notices.map(\.json))),
      .init("refusals", .array(refusals.map(\.json))),
    ])
  }
}

extension PlanSummary {
  var json: JSONValue {
    .object([
      .init("create", .count(create)), .init("update", .count(update)), .init("replace", .count(replace)),
      .init("delete", .count(delete)), .init("start", .count(start)), .init("wait", .count(wait)),
      .init("preempt", .count(preempt)), .init("text", .string(text)),
    ])
  }
}

extension ObjectIdentity {
  var json: JSONValue { .object([.init("kind", .string(kind.rawValue)), .init("identity", .string(path))]) }
}

extension SourcePlace {
  var json: JSONValue {
    .object([.init("file", .string(file)), .init("line", .count(line)), .init("column", .count(column))])
  }
}

extension FieldDifference {
  var json: JSONValue {
    .object([
      .init("path", .string(path)), .init("old", .optional(old)), .init("new", .optional(new)),
      .init("sensitive", .bool(isSensitive)), .init("forcesNewRun", .bool(forcesNewRun)),
    ])
  }
}

extension Change {
  var json: JSONValue {
    .object([
      .init("kind", .string(kind.rawValue)), .init("object", identity.json),
      .init("renamedFrom", .optional(renamedFrom?.path == identity.path ? nil : renamedFrom?.path)),
      .init("fields", .array(fields.map(\.json))),
      .init("place", place?.json ?? .null),
    ])
  }
}

extension Action {
  var json: JSONValue {
    var fields: [JSONValue.Field] = [.init("action", .string(code)), .init("object", identity.json)]
    switch kind {
    case .register, .update, .prune: break
    case .start(let cause): fields.append(.init("cause", .string(cause.rawValue)))
    case .stop(let cause): fields.append(.init("cause", .string(cause.code)))
    case .preempt(let other): fields.append(.init("for", .string(other.text)))
    case .hold(let reason): fields.append(.init("reason", reason.json))
    }
    fields.append(.init("text", .string(text())))
    return .object(fields)
  }
}

extension Inheritance {
  var json: JSONValue {
    .object([
      .init("deployment", .string(deployment.text)), .init("declared", .string(declared.text)),
      .init("effective", .string(effective.text)), .init("from", .string(from.text)),
    ])
  }
}

extension Assumption {
  var json: JSONValue {
    let (identity, until): (String, Instant?) =
      switch self {
      case .runGoesOn(let identity): (identity.text, nil)
      case .before(let instant, let identity): (identity.path, instant)
      }
    return .object([
      .init("kind", .string(code)), .init("identity", .string(identity)), .init("until", .optional(until?.utcText)),
    ])
  }
}

extension Notice {
  var json: JSONValue {
    var fields: [JSONValue.Field] = [.init("code", .string(code))]
    switch self {
    case .looksRenamed(let from, let to): fields += [.init("from", from.json), .init("to", to.json)]
    case .drift(let identity, let what):
      fields += [.init("deployment", .string(identity.text)), .init("what", .string(what))]
    case .clusterUnknown(let identity, let words):
      fields += [.init("cluster", .string(identity.text)), .init("words", .string(words))]
    case .secretUnavailable(let identity, let words):
      fields += [.init("object", identity.json), .init("words", .string(words))]
    case .orphanStopped(let cluster, let run):
      fields += [.init("cluster", .string(cluster.text)), .init("run", .string(run.text))]
    case .cannotRunTogether(let members, let dimension, let needed, let total, let cluster):
      fields += [
        .init("cluster", .string(cluster.text)), .init("deployments", .array(members.map { .string($0.text) })),
        .init("dimension", .string(dimension.rawValue)), .init("needed", .integer(needed)),
        .init("total", .integer(total)),
      ]
    case .fitsOn(let identity, let cluster):
      fields += [.init("deployment", .string(identity.text)), .init("cluster", .optional(cluster?.text))]
    case .onlyReleasedBy(let other, let isSuspended, let held):
      fields += [
        .init("by", .string(other.text)), .init("suspended", .bool(isSuspended)),
        .init("deployments", .array(held.map { .string($0.text) })),
      ]
    }
    fields.append(.init("text", .string(text)))
    return .object(fields)
  }
}

extension Refusal {
  var json: JSONValue {
    var fields: [JSONValue.Field] = [.init("code", .string(code))]
    switch self {
    case .deletesTooMuch(let count, let total): fields += [.init("count", .count(count)), .init("of", .count(total))]
    case .emptySource(let owned): fields.append(.init("owned", .count(owned)))
    case .ownedElsewhere(let identity, let owner):
      fields += [.init("object", identity.json), .init("owner", .string(owner))]
    case .boundElsewhere(let directory): fields.append(.init("directory", .string(directory)))
    case .renameBlocked(let identity, let former, let other):
      fields += [.init("object", identity.json), .init("renamedFrom", .string(former.path)), .init("by", other.json)]
    case .stillNamed(let identity, let other):
      fields += [.init("object", identity.json), .init("by", other.json)]
    case .protected(let identity): fields.append(.init("deployment", .string(identity.text)))
    case .preempts(let victims): fields.append(.init("deployments", .array(victims.map { .string($0.text) })))
    case .losesTooMuch(let hours, let limit, let stopped):
      fields += [
        .init("gpuSecondsLost", .integer(Int64(min(hours * 3600, 9e15).rounded()))),
        .init("limitGPUSeconds", .integer(Int64(min(limit * 3600, 9e15).rounded()))),
        .init("deployments", .array(stopped.map { .string($0.text) })),
      ]
    case .stopsTooMany(let stopped, let limit):
      fields += [
        .init("limit", .count(limit)), .init("deployments", .array(stopped.map { .string($0.text) })),
      ]
    }
    fields += [.init("text", .string(text)), .init("advice", .string(advice))]
    return .object(fields)
  }
}
