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
  private let specs = PreparedSpecs()
  private var waiting: Deque<@Sendable () async -> Void> = []
  private var running = 0

  init(engines: any EngineDirectory, secrets: any SecretResolver, mailbox: Mailbox<Message>) {
    self.engines = engines
    self.secrets = secrets
    self.mailbox = mailbox
  }

  func carryOut(_ effects: [(effect: Effect, engine: EngineSpec)]) {
    for (effect, spec) in effects {
      let engine = engines.engine(for: spec)
      let (mailbox, secrets, specs) = (mailbox, secrets, specs)
      switch effect {
      case .prepare(let order):
        waiting.append { mailbox.post(.callFinished(order.run.name, await Self.prepare(order, on: engine, specs))) }
      case .launch(let order, let handle):
        waiting.append {
          mailbox.post(.callFinished(order.run.name, await Self.launch(order, handle, on: engine, specs, secrets)))
        }
      case .stop(let name, _, let grace):
        waiting.append { mailbox.post(.callFinished(name, await Self.stop(name, grace, on: engine, specs))) }
      case .remove(let name, _):
        waiting.append {
          specs.forget(name)
          // `doctor` finds and removes what can't be removed now.
          do throws(EngineError) { try await engine.remove(name) } catch { return }
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

  private static func prepare(_ order: RunOrder, on engine: any Engine, _ specs: PreparedSpecs) async -> CallResult {
    let request: RunRequest
    do throws(SpecCodingError) { request = try specs.request(for: order) } catch {
      return .failed(.prepare, .terminal(error.description))
    }
    do throws(EngineError) {
      return .prepared(handle: try await engine.prepare(request).text)
    } catch {
      specs.forget(order.run.name)
      return .failed(.prepare, failure(error))
    }
  }

  private static func launch(
    _ order: RunOrder, _ handle: String, on engine: any Engine, _ specs: PreparedSpecs, _ resolver: any SecretResolver
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
      return .launched(try await engine.launch(handle, of: request, secrets: secrets))
    } catch {
      return .failed(.launch, failure(error))
    }
  }

  private static func stop(
    _ name: RunName, _ grace: TimeSpan, on engine: any Engine, _ specs: PreparedSpecs
  ) async -> CallResult {
    specs.forget(name)
    do throws(EngineError) {
      return .stopRequested(try await engine.stop(name, grace: grace))
    } catch {
      return .failed(.stop, failure(error))
    }
  }
}
