import Diagnostics
import FleetCore
import FleetModel
import Foundation
import Scheduling
import TestKit
import Testing

/// A queue of one cluster, whose jobs come over time and end within their declared runtime or not.
private struct GeneratedQueue {
  struct Job {
    var name: String
    var submit: Int64
    var lasts: Int64
    var traits: DeploymentTraits
  }
  var capacity: Resources
  var scheduling: SchedulingSpec
  var jobs: [Job] = []

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    capacity = Resources(
      ramBytes: Int64(random.from(4...8)), cpuMilli: 8000, gpuMilli: Int64(random.from(0...3)) * 1000)
    scheduling = SchedulingSpec(
      preemption: .never, reservations: random.pick([1, 1, 1, 0, 2, nil]), maxBypass: random.from(0...3))
    // 0: bounded by maxRuntime; 1: all kinds; 2: mostly unknown.
    let kind = random.below(3)
    var submit: Int64 = 0
    for index in 0..<random.from(4...9) {
      submit += Int64(random.pick([0, 0, 1, 5, 20]))
      var traits = DeploymentTraits(
        resources: Resources(
          ramBytes: Int64(random.from(0...4)), cpuMilli: Int64(random.from(0...8)) * 1000, gpuMilli: 0))
      if capacity.gpuMilli > 0, random.chance(50) {
        traits.resources.gpuMilli = min(capacity.gpuMilli, random.pick([Int64(300), 500, 600, 1000, 2000, 3000]))
      }
      if traits.resources == .zero { traits.resources.cpuMilli = 1000 }
      let lasts = Int64(random.from(1...60))
      switch kind == 0 ? 0 : kind == 2 ? random.pick([2, 2, 2, 1]) : random.below(3) {
      case 0: traits.maxRuntime = .seconds(lasts + Int64(random.pick([0, 0, 10, 50])))
      case 1: traits.expectedRuntime = .seconds(max(1, lasts + Int64(random.from(-40...20))))
      default: break
      }
      jobs.append(Job(name: "j\(index)", submit: submit, lasts: lasts, traits: traits))
    }
  }

  /// A queue whose bounded jobs also say what they expect, rightly or not.
  init(estimatingWith seed: UInt64) {
    self.init(seed: seed)
    var random = SeededGenerator(seed: seed &* 17 &+ 3)
    for place in jobs.indices {
      guard let bound = jobs[place].traits.maxRuntime else { continue }
      let more = Int64(random.pick([0, 0, 30, 200])) * 1_000_000_000
      jobs[place].traits.maxRuntime = TimeSpan(nanoseconds: bound.nanoseconds + more)
      jobs[place].traits.expectedRuntime = random.pick([
        nil, .seconds(jobs[place].lasts), .seconds(max(1, jobs[place].lasts + Int64(random.from(-40...20)))),
      ])
    }
  }

  var text: String {
    var lines = ["capacity \(capacity.text), reservations \(scheduling.reservations.map(String.init) ?? "all")"]
    lines[0] += ", maxBypass \(scheduling.maxBypass)"
    for job in jobs {
      let all = [
        job.traits.expectedRuntime.map { "about \($0.text)" }, job.traits.maxRuntime.map { "at most \($0.text)" },
      ].compactMap { $0 }
      let said = all.isEmpty ? nil : all.joined(separator: ", ")
      lines.append(
        "  \(job.name) at \(job.submit)s lasts \(job.lasts)s, said \(said ?? "nothing"): \(job.traits.resources.text)")
    }
    return lines.joined(separator: "\n")
  }
}

/// Runs a generated queue, and checks reservations against what happens.
private struct QueueRun {
  let queue: GeneratedQueue
  var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
  var now = Instant(nanoseconds: 0)
  var ends: [(at: Instant, name: String, run: RunName, cluster: ClusterID)] = []
  var started: [String: Instant] = [:]
  var promised: [String: Instant] = [:]
  var passes: [String: Int] = [:]
  var problem: String?
  static let cluster = ClusterIdentity(organization: "o", name: "c")

  init(_ queue: GeneratedQueue) { self.queue = queue }

  private func declared(_ objects: [(ObjectIdentity, ObjectSpec)]) -> Event {
    let place = SourcePlace(file: "-", line: 1, column: 1)
    return .declared(
      Revision(
        source: "s", binding: nil,
        declarations: objects.map {
          DeclaredChange(
            Declaration(identity: $0.0, metadata: ObjectMetadata(), spec: $0.1, place: place), forcesNewRun: false)
        }))
  }

  private mutating func deliver(_ event: Event) {
    var events = [event]
    while !events.isEmpty {
      let effects = step(&fleet, events.removeFirst(), now: now)
      let begun = effects.compactMap { effect in if case .prepare(let order) = effect { order.run } else { nil } }
      judge(begun)
      for effect in effects {
        switch effect {
        case .commit: break
        case .prepare(let order): events.append(.callFinished(order.run.name, .prepared(handle: "h")))
        case .launch(let order, _):
          let name = order.run.identity.name
          let lasts = queue.jobs.first { $0.name == name }?.lasts ?? 0
          started[name] = now
          ends.append((now + .seconds(lasts), name, order.run.name, order.run.cluster))
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .observe(let cluster):
          events.append(.clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]))
        case .stop, .remove, .wake: break
        }
      }
      for (deployment, _, promise) in fleet.reserved(on: Self.cluster) {
        guard let promise else { continue }
        if let first = promised[deployment.name], promise > first, problem == nil {
          problem =
            "\(deployment.name) was promised \(first.nanoseconds / 1_000_000_000)s, and now "
            + "\(promise.nanoseconds / 1_000_000_000)s"
        }
        promised[deployment.name] = min(promised[deployment.name] ?? promise, promise)
      }
    }
  }

  /// Counts the admissions of one step against the earlier waiting jobs of unknown start that lack the same room.
  private mutating func judge(_ begun: [RunRecord]) {
    guard let first = begun.first, var room = fleet.room(of: first.cluster) else { return }
    for run in begun { room.give(run.resources, run.gpus) }
    for run in begun {
      guard let place = queue.jobs.firstIndex(where: { $0.name == run.identity.name }) else { continue }
      for (head, start, _) in fleet.reserved(on: Self.cluster) where start == nil {
        guard let other = queue.jobs.firstIndex(where: { $0.name == head.name }), other < place,
          room.lacking(queue.jobs[other].traits.resources).contains(where: { run.resources[$0] > 0 })
        else { continue }
        passes[head.name, default: 0] += 1
      }
      room.take(run.resources, run.gpus)
    }
  }

  /// Runs the queue; returns the first broken promise, or `nil` if there is none.
  mutating func run() -> String? {
    deliver(
      declared([
        (.organization("o"), .organization(OrganizationSpec())),
        (.user("u"), .user(UserSpec(email: "u@x", organizations: ["o"]))),
        (
          .cluster(Self.cluster),
          .cluster(ClusterSpec(creator: "u", capacity: queue.capacity, scheduling: queue.scheduling))
        ),
      ]))
    var rest = queue.jobs[...]
    while !rest.isEmpty || !ends.isEmpty {
      let submit = rest.first.map { Instant(nanoseconds: 0) + .seconds($0.submit) }
      guard let next = [submit, ends.map(\.at).min()].compactMap({ $0 }).min() else { break }
      now = next
      let over = ends.filter { $0.at <= now }
      ends.removeAll { $0.at <= now }
      if let cluster = over.first?.cluster {
        var seen: [RunName: RunObservation] = [:]
        for end in over { seen[end.run] = .ended(.exited(status: 0), at: now) }
        deliver(.runsObserved(cluster, seen))
      }
      let coming = rest.prefix { Instant(nanoseconds: 0) + .seconds($0.submit) <= now }
      rest = rest.dropFirst(coming.count)
      if !coming.isEmpty {
        deliver(
          declared(
            coming.map {
              (
                .deployment(DeploymentIdentity(cluster: Self.cluster, name: $0.name)),
                .deployment(DeploymentSpec(traits: $0.traits, user: "u", image: "i"))
              )
            }))
      }
      deliver(.timer)
      if let problem { return problem }
    }
    for job in queue.jobs {
      guard let start = started[job.name] else { return "\(job.name) never started, and everything has ended" }
      if let promise = promised[job.name], start > promise {
        return "\(job.name) started \((start - promise).text) after its promise"
      }
    }
    let most = queue.scheduling.reservations == 0 ? 0 : queue.scheduling.maxBypass
    for (name, count) in passes.sorted(by: { $0.key < $1.key }) where count > most {
      return "\(name) was passed \(count) times"
    }
    return nil
  }
}

/// Generated queues, each from a seed that `BERTH_QUEUES` chooses.
@Suite struct ReservationProperties {
  /// Promised starts are not delayed, passes are bounded, and every job starts in the end.
  @Test func `on generated queues no promise is broken and no deployment starves`() async throws {
    let seeds = try TestVariable("BERTH_QUEUES").seeds(default: 10_000)
    if let report = await onOwnThread({ Self.report(seeds) { GeneratedQueue(seed: $0) } }) {
      Issue.record("\(report)")
    }
  }

  /// The same where bounded jobs also say what they expect.
  @Test func `on queues with bounds and expectations no promise is broken and no deployment starves`() async throws {
    let seeds = try TestVariable("BERTH_QUEUES").seeds(default: 10_000)
    if let report = await onOwnThread({ Self.report(seeds) { GeneratedQueue(estimatingWith: $0) } }) {
      Issue.record("\(report)")
    }
  }

  /// The smallest case found that fails; `nil` if all invariants held.
  private static func report(_ seeds: Range<UInt64>, _ given: (UInt64) -> GeneratedQueue) -> String? {
    for seed in seeds {
      var queue = given(seed)
      var trial = QueueRun(queue)
      guard var found = trial.run() else { continue }
      // Shrinks the case: leaves out jobs as long as it still fails.
      var place = 0
      while place < queue.jobs.count {
        var smaller = queue
        smaller.jobs.remove(at: place)
        var trial = QueueRun(smaller)
        if let problem = trial.run() {
          (queue, found) = (smaller, problem)
        } else {
          place += 1
        }
      }
      return "seed \(seed): \(found)\n\(queue.text)"
    }
    return nil
  }
}
