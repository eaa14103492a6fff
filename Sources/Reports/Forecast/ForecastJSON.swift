import FleetModel
import PlanModel

extension Plan {
  /// Start of each run that the plan starts or leaves waiting, in the order of the actions; null if the plan has no
  /// forecast.
  var startsJSON: JSONValue {
    guard let forecast else { return .null }
    var waiting: [DeploymentIdentity: ExpectedStart] = [:]
    for entry in forecast.deployments { waiting[entry.deployment] = entry.start }
    let starts = actions.compactMap { action -> JSONValue? in
      guard case .deployment(let identity) = action.identity else { return nil }
      let start: ExpectedStart? =
        switch action.kind {
        case .start: .now
        case .hold: waiting[identity]
        case .register, .update, .stop, .preempt, .prune: nil
        }
      return start.map { start in
        .object(
          [.init("deployment", .string(identity.text))] + start.fields(from: forecast.from)
            + [.init("then", forecast.waits[identity]?.then?.json ?? .null)])
      }
    }
    return .object([
      .init("from", .string(forecast.from.utcText)), .init("until", .string(forecast.until.utcText)),
      .init("endedBy", .optional(forecast.bound?.rawValue)), .init("deployments", .array(starts)),
      .init("learned", .array(forecast.learned.map(\.json))),
    ])
  }
}

extension ExpectedStart {
  /// Fields `start`, `at`, `inSeconds` and `why` (why the start is unknown).
  func fields(from: Instant) -> [JSONValue.Field] {
    switch self {
    case .now:
      [
        .init("start", .string("now")), .init("at", .string(from.utcText)), .init("inSeconds", .integer(0)),
        .init("why", .null),
      ]
    case .at(let instant):
      [
        .init("start", .string("at")), .init("at", .string(instant.utcText)),
        .init("inSeconds", .integer((instant - from).nanoseconds / 1_000_000_000)), .init("why", .null),
      ]
    case .unknown(let why):
      [
        .init("start", .string("unknown")), .init("at", .null), .init("inSeconds", .null),
        .init("why", why.json(from: from)),
      ]
    }
  }
}

extension UnknownStart {
  func json(from: Instant) -> JSONValue {
    var fields: [JSONValue.Field] = [.init("code", .string(code))]
    switch self {
    case .endsUnknown(let jobs): fields.append(.init("deployments", .array(jobs.map { .string($0.text) })))
    case .beyond(let instant): fields.append(.init("until", .string(instant.utcText)))
    case .held(let reason): fields.append(.init("reason", reason.json))
    }
    return .object(fields + [.init("text", .string(text(in: .full, from: from)))])
  }

  /// Stable code for programs.
  var code: String {
    switch self {
    case .endsUnknown: "endsUnknown"
    case .beyond: "beyond"
    case .held: "held"
    }
  }

  /// The explanation: `train and tune have no expectedRuntime or maxRuntime`. Not yet escaped for a terminal.
  func text(in scope: NameScope, from: Instant) -> String {
    switch self {
    case .endsUnknown(let jobs):
      "\(enumeration(jobs.map(scope.name))) \(jobs.count == 1 ? "has" : "have") no expectedRuntime or maxRuntime"
    case .beyond(let instant):
      instant > from
        ? "not within \((instant - from).roughText), the end of the forecast" : "its cluster has no forecast"
    case .held(let reason): "it does not start by itself: it \(reason.text(in: scope))"
    }
  }
}

extension PreemptionBill {
  func json(from: Instant?) -> JSONValue {
    var fields: [JSONValue.Field] = [
      .init("victim", .string(victim.text)), .init("for", .string(preemptor.text)),
      .init("priority", .string(priority.text)), .init("gpu", .integer(held.gpuMilli)),
      .init("cpu", .integer(held.cpuMilli)), .init("ram", .integer(held.ramBytes)),
      .init("secondsLost", .integer(elapsed.nanoseconds / 1_000_000_000)),
      .init("gpuSecondsLost", .integer(Int64((gpuHoursLost * 3600).rounded()))),
      .init("dependants", .array(dependants.map { .string($0.text) })),
      .init("exact", selection.map { .bool($0.isExact) } ?? .null),
      .init("candidates", selection.map { .count($0.candidates) } ?? .null),
    ]
    if let comesBack, let from {
      fields.append(.init("comesBack", .object(comesBack.fields(from: from))))
    } else {
      fields.append(.init("comesBack", .null))
    }
    return .object(fields)
  }
}

extension Forecast {
  /// JSON form of a forecast that includes runs. Amounts are integers: bytes of `ram`, thousandths of `cpu` and `gpu`.
  public var json: JSONValue {
    .object([
      .init("from", .string(from.utcText)), .init("until", .string(until.utcText)),
      .init("endedBy", .optional(bound?.rawValue)),
      .init(
        "clusters",
        .array(
          clusters.map { cluster in
            cluster.json(self)
          })),
      .init("learned", .array(learned.map(\.json))),
    ])
  }
}

extension ForecastCluster {
  fileprivate func json(_ forecast: Forecast) -> JSONValue {
    let entries = forecast.deployments.filter { $0.deployment.cluster == identity }
    return .object([
      .init("cluster", .string(identity.text)), .init("capacity", capacity.json), .init("unknown", .optional(unknown)),
      .init(
        "reservations",
        .array(
          reservations.map { kept in
            .object([
              .init("deployment", .string(kept.deployment.text)), .init("at", .optional(kept.at?.utcText)),
              .init("promised", .bool(kept.isPromised)),
              .init("lacking", .array(kept.lacking.map { .string($0.rawValue) })),
            ])
          })),
      .init("deployments", .array(entries.map { $0.json(in: forecast) })),
    ])
  }
}

extension Resources {
  fileprivate var json: JSONValue {
    .object([.init("ram", .integer(ramBytes)), .init("cpu", .integer(cpuMilli)), .init("gpu", .integer(gpuMilli))])
  }
}

extension DeploymentForecast {
  fileprivate func json(in forecast: Forecast) -> JSONValue {
    var fields: [JSONValue.Field] = [
      .init("deployment", .string(deployment.text)), .init("priority", .string(priority.text)),
      .init("resources", request.json),
    ]
    if let start {
      fields += start.fields(from: forecast.from)
    } else {
      fields += [
        .init("start", .string("runs")), .init("at", .optional(spans.first?.from.utcText)), .init("inSeconds", .null),
        .init("why", .null),
      ]
    }
    fields.append(.init("reason", reason?.json ?? .null))
    fields.append(.init("then", forecast.waits[deployment]?.then?.json ?? .null))
    fields.append(.init("runs", .array(spans.map(\.json))))
    return .object(fields)
  }
}

extension ForecastSpan {
  fileprivate var json: JSONValue {
    var preemptor: DeploymentIdentity?
    if case .preempted(let other) = end { preemptor = other }
    let word =
      switch end {
      case .expected(true): "promised"
      case .expected(false): "expected"
      case .preempted: "preempted"
      case .stopped: "stopped"
      case .never: "never"
      case .unknown: "unknown"
      }
    return .object([
      .init("from", .string(from.utcText)), .init("to", .optional(to?.utcText)), .init("end", .string(word)),
      .init("preemptedFor", .optional(preemptor?.text)),
    ])
  }
}
