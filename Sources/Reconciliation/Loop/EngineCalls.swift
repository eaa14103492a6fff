import DequeModule
import EngineInterface
import FleetCore
import FleetModel

/// What reaches the loop from outside.
enum Message: Sendable {
  case callFinished(RunName, CallResult)
  case looked(EngineSpec, EngineSnapshot, asOf: Int)
  case changed(EngineSpec, [RunName: RunObservation])
  case silent(EngineSpec, String)
  case timer
  /// While it waits without the lock: time to see whether another process has written.
  case tick
  /// Something in the directories of a watch has changed, or may have; and whether that has been a while ago.
  case manifestsChanged(isQuiet: Bool)
  /// The lock was left to others for a moment: what was put off is to be done.
  case resume
  /// Time to look at everything again, or asked to.
  case resync
  case deadline
  case cancelled
}

/// Carries calls out, a bounded number at a time, in the order in which they were asked for.
actor EngineCalls {
  /// How many calls are under way at most: enough to keep an engine busy, few enough for its client's processes.
  static let width = 32

  private let engines: any EngineDirectory
  private let secrets: any SecretResolver
  private let mailbox: Mailbox<Message>
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
      let (mailbox, secrets) = (mailbox, secrets)
      switch effect {
      case .prepare(let order):
        waiting.append { mailbox.post(.callFinished(order.run.name, await Self.prepare(order, on: engine))) }
      case .launch(let order, let handle):
        waiting.append {
          mailbox.post(.callFinished(order.run.name, await Self.launch(order, handle, on: engine, secrets)))
        }
      case .stop(let name, _, let grace):
        waiting.append { mailbox.post(.callFinished(name, await Self.stop(name, grace, on: engine))) }
      case .remove(let name, _):
        // What can't be removed now is found and removed again by `doctor`.
        waiting.append { do throws(EngineError) { try await engine.remove(name) } catch { return } }
      case .commit, .observe, .wake: break
      }
    }
    fill()
  }

  private func fill() {
    while running < Self.width, let call = waiting.popFirst() {
      running += 1
      Task {
        await call()
        finished()
      }
    }
  }

  private func finished() {
    running -= 1
    fill()
  }

  // MARK: The calls

  private static func request(_ order: RunOrder) -> Result<RunRequest, SpecCodingError> {
    let identity = ObjectIdentity.deployment(order.run.identity)
    do throws(SpecCodingError) {
      guard case .deployment(let spec) = try SpecCoding.decode(order.specText, of: identity).spec else {
        return .failure(SpecCodingError(identity: identity, reason: "it is no deployment's"))
      }
      return .success(
        RunRequest(
          name: order.run.name, deployment: order.run.identity, source: order.source, generation: order.run.generation,
          attempt: order.run.attempt, spec: spec, gpus: order.run.gpus, sourceRoot: order.sourceRoot))
    } catch {
      return .failure(error)
    }
  }

  private static func failure(_ error: EngineError) -> CallFailure {
    switch error {
    case .retryable(let message): .retryable(message)
    case .terminal(let message): .terminal(message)
    }
  }

  private static func prepare(_ order: RunOrder, on engine: any Engine) async -> CallResult {
    switch request(order) {
    case .failure(let error): return .failed(.prepare, .terminal(error.description))
    case .success(let request):
      do throws(EngineError) {
        return .prepared(handle: try await engine.prepare(request).text)
      } catch {
        return .failed(.prepare, failure(error))
      }
    }
  }

  private static func launch(
    _ order: RunOrder, _ handle: String, on engine: any Engine, _ resolver: any SecretResolver
  ) async -> CallResult {
    switch request(order) {
    case .failure(let error): return .failed(.launch, .terminal(error.description))
    case .success(let request):
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
  }

  private static func stop(_ name: RunName, _ grace: TimeSpan, on engine: any Engine) async -> CallResult {
    do throws(EngineError) {
      return .stopRequested(try await engine.stop(name, grace: grace))
    } catch {
      return .failed(.stop, failure(error))
    }
  }
}
