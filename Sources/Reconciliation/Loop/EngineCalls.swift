import DequeModule
import EngineInterface
import FleetCore
import FleetModel

/// Carries out calls of engines, a limited number at a time, in the order of the requests.
actor EngineCalls {
  /// Number of calls that are open at most: enough to keep an engine busy, and few enough for its client processes.
  static let width = 32

  private let engines: any EngineDirectory
  private let secrets: any SecretResolver
  private let mailbox: Mailbox<Message>
  private let limit: CallLimit
  private let specs = PreparedSpecs()
  private var waiting: Deque<@Sendable () async -> Void> = []
  private var running = 0

  init(engines: any EngineDirectory, secrets: any SecretResolver, mailbox: Mailbox<Message>, limit: CallLimit) {
    self.engines = engines
    self.secrets = secrets
    self.mailbox = mailbox
    self.limit = limit
  }

  func carryOut(_ effects: [(effect: Effect, engine: EngineSpec)]) {
    for (effect, spec) in effects {
      let engine = engines.engine(for: spec)
      let (mailbox, secrets, specs, limit) = (mailbox, secrets, specs, limit)
      switch effect {
      case .prepare(let order):
        waiting.append {
          mailbox.post(.callFinished(order.run.name, await Self.prepare(order, on: engine, specs, limit)))
        }
      case .launch(let order, let handle):
        waiting.append {
          mailbox.post(
            .callFinished(order.run.name, await Self.launch(order, handle, on: engine, specs, secrets, limit)))
        }
      case .stop(let name, _, let grace):
        waiting.append { mailbox.post(.callFinished(name, await Self.stop(name, grace, on: engine, specs, limit))) }
      case .remove(let name, _):
        waiting.append {
          specs.forget(name)
          // `doctor` finds and removes what can't be removed now.
          do throws(EngineError) {
            try await limit.call("remove") { () throws(EngineError) in try await engine.remove(name) }
          } catch {
            return
          }
        }
      case .commit, .observe, .wake: break
      }
    }
    startCalls()
  }

  private func startCalls() {
    while running < Self.width, let call = waiting.popFirst() {
      running += 1
      Task {
        await call()
        finishCall()
      }
    }
  }

  private func finishCall() {
    running -= 1
    startCalls()
  }

  // MARK: The calls

  private static func failure(_ error: EngineError) -> CallFailure {
    switch error {
    case .retryable(let message): .retryable(message)
    case .terminal(let message): .terminal(message)
    }
  }

  private static func prepare(
    _ order: RunOrder, on engine: any Engine, _ specs: PreparedSpecs, _ limit: CallLimit
  ) async -> CallResult {
    let request: RunRequest
    do throws(SpecCodingError) { request = try specs.request(for: order) } catch {
      return .failed(.prepare, .terminal(error.description))
    }
    do throws(EngineError) {
      return .prepared(
        handle: try await limit.call("prepare") { () throws(EngineError) in try await engine.prepare(request).text })
    } catch {
      specs.forget(order.run.name)
      return .failed(.prepare, failure(error))
    }
  }

  private static func launch(
    _ order: RunOrder, _ handle: String, on engine: any Engine, _ specs: PreparedSpecs,
    _ resolver: any SecretResolver, _ limit: CallLimit
  ) async -> CallResult {
    defer { specs.forget(order.run.name) }
    let request: RunRequest
    do throws(SpecCodingError) { request = try specs.request(for: order) } catch {
      return .failed(.launch, .terminal(error.description))
    }
    var secrets: [SecretReference: SecretText] = [:]
    for reference in request.spec.secretReferences {
      switch resolver.resolve(reference, root: order.sourceRoot) {
      case .success(let value): secrets[reference] = value
      case .failure(let problem): return .failed(.launch, .secretUnavailable(problem.message))
      }
    }
    do throws(EngineError) {
      let handle = RunHandle(name: order.run.name, text: handle)
      let values = secrets
      return .launched(
        try await limit.call("launch") { () throws(EngineError) in
          try await engine.launch(handle, of: request, secrets: values)
        })
    } catch {
      return .failed(.launch, failure(error))
    }
  }

  private static func stop(
    _ name: RunName, _ grace: TimeSpan, on engine: any Engine, _ specs: PreparedSpecs, _ limit: CallLimit
  ) async -> CallResult {
    specs.forget(name)
    do throws(EngineError) {
      return .stopRequested(
        try await limit.call("stop") { () throws(EngineError) in try await engine.stop(name, grace: grace) })
    } catch {
      return .failed(.stop, failure(error))
    }
  }
}
