import FleetModel
import ReconcilerTestSupport
import Reconciliation
import StateStore
import TestKit
import Testing

@testable import BerthCommands

@Suite struct DoctorTests {
  private func examine(_ store: StateStore, _ installation: TestInstallation) async throws -> Examination {
    try await Examination(store, engines: installation, host: "here")
  }

  private func repair(_ store: StateStore, _ installation: TestInstallation) async throws -> [String] {
    let doctor = DoctorRepairs(store: store, engines: installation, time: StandingTime(TestInstallation.start))
    var done: [String] = []
    for finding in try await examine(store, installation).problems {
      if case .made(let text) = try await doctor.repair(finding) { done.append(text) }
    }
    return done
  }

  @Test func `a sound state has no findings`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("done", "exit, '0'"), BaseManifests.deployment("train", "hold"))
    let examination = try await examine(installation.store(.readOnly), installation)
    #expect(examination.findings.isEmpty)
    #expect(Doctor.verdict(examination, left: 0, fix: false) == "No problems found.")
    #expect(examination.checks.count == 4)
    #expect(Doctor.json(examination, repairs: [:], left: 0).text().contains("\"findings\": []"))
    #expect(examination.checks.last == "the process engine of vision/lab: 2 runs compared with the records")
    _ = store
  }

  @Test func `the holder of the lock is named, also after it let go`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    let words = "ada@there (pid 7, berth watch, since 2026-11-23T19:00:00Z)"
    let lock = StateLock(store)
    try await lock.acquire(
      as: LockHolder(who: "ada", host: "there", pid: 7, command: "berth watch", since: TestInstallation.start))
    let reader = try installation.store(.readOnly)
    #expect(try await examine(reader, installation).checks[1] == "the lock: held by \(words)")
    lock.release()
    #expect(try await examine(reader, installation).checks[1] == "the lock: free; last held by \(words)")
  }

  @Test func `runs without a record are found, stopped and removed`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("done", "exit, '0'"))
    let done = try #require(try store.runs(of: TestInstallation.identity("done")).first?.name)
    installation.engine.change { state in
      state.runs[RunName(text: "berth-alive")] = .running(since: TestInstallation.start)
      state.runs[RunName(text: "berth-left")] = .ended(.exited(status: 0), at: TestInstallation.start)
      state.runs[RunName(text: "berth-prepared")] = .prepared
      // Ended in the journal, alive in the engine.
      state.runs[done] = .running(since: TestInstallation.start)
    }
    let findings = try await examine(store, installation).findings
    #expect(findings.allSatisfy { $0.weight == .problem })
    #expect(
      Set(findings.map(\.text)) == [
        "run berth-alive is alive on the process engine but has no live record",
        "run \(done.text) of vision/lab/done is alive on the process engine but has no live record",
        "the process engine has files of run berth-left, which is not recorded",
        "the process engine has files of run berth-prepared, which is not recorded",
      ])
    #expect(
      Set(try await repair(store, installation)) == [
        "stopped run berth-alive and removed its files", "stopped run \(done.text)",
        "removed the files of run berth-left", "removed the files of run berth-prepared",
      ])
    // The log of a run that the journal knows stays.
    #expect(Set(installation.engine.removed.map(\.text)) == ["berth-alive", "berth-left", "berth-prepared"])
    #expect(try await examine(store, installation).findings.isEmpty)
  }

  @Test func `live records are compared with the engine`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("gone", "hold"), BaseManifests.deployment("over", "hold"))
    let gone = try #require(try store.runs(of: TestInstallation.identity("gone")).first?.name)
    let over = try #require(try store.runs(of: TestInstallation.identity("over")).first?.name)
    installation.engine.change { state in
      state.runs[gone] = nil
      state.runs[over] = .ended(.exited(status: 3), at: TestInstallation.start)
    }
    let examination = try await examine(store, installation)
    #expect(
      examination.findings.map(\.text) == [
        "run \(gone.text) of vision/lab/gone is recorded as running, but its engine does not know it",
        "run \(over.text) of vision/lab/over is recorded as running but has ended: exited with status 3",
      ])
    // A run that ended unobserved is no problem.
    #expect(examination.findings.map(\.weight) == [.problem, .note])
    #expect(Doctor.verdict(examination, left: 1, fix: false) == "Found 1 problem.")
    #expect(try await repair(store, installation).isEmpty)
  }

  @Test func `an engine that never answers is waited for no longer than a while`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    installation.engine.change { $0.hanging = Set(MemoryEngine.Method.allCases) }
    let limit = CallLimit(longest: .milliseconds(50), longestLook: .milliseconds(50))
    let examination = try await Examination(store, engines: installation, host: "here", limit: limit)
    #expect(
      examination.problems.map(\.text) == [
        "the process engine of vision/lab does not answer: observe did not come back within 0 seconds"
      ])
  }

  /// What happens to an engine between the examination and the repairs, and the reason that is told.
  @Test(arguments: [
    (true, "stop did not come back within 0 seconds", "remove did not come back within 0 seconds"),
    (false, "gone fishing", "gone fishing"),
  ])
  func `a repair that fails tells why, and the others are made`(hangs: Bool, stop: String, remove: String) async throws
  {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    installation.engine.change { state in
      state.runs[RunName(text: "berth-alive")] = .running(since: TestInstallation.start)
      state.runs[RunName(text: "berth-left")] = .ended(.exited(status: 0), at: TestInstallation.start)
      state.runs[RunName(text: "berth-odd")] = .unknown("a directory stands in its place")
    }
    var state = try store.load()
    state.deployments[0].progress.status = .pending
    try store.commit(
      [.progress(state.deployments[0].id, state.deployments[0].progress)], counters: state.counters)
    let findings = try await examine(store, installation).problems
    installation.engine.change { $0.hanging = hangs ? Set(MemoryEngine.Method.allCases) : [] }
    if !hangs { installation.engine.change { $0.silence = "gone fishing" } }
    var doctor = DoctorRepairs(store: store, engines: installation, time: StandingTime(TestInstallation.start))
    doctor.limit = CallLimit(longest: .milliseconds(50), longestLook: .milliseconds(50))
    var results: Set<String> = []
    for finding in findings {
      switch try #require(await doctor.repair(finding)) {
      case .made(let text), .failed(let text): results.insert(text)
      }
    }
    #expect(
      results == [
        "could not stop run berth-alive: \(stop)", "could not remove the files of run berth-left: \(remove)",
        "could not put the files of run berth-odd aside: the engine has no files of berth-odd",
        "repaired: deployment vision/lab/train is PENDING and its run is running",
      ])
  }

  @Test func `an engine that does not answer is a problem`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    installation.engine.change { $0.silence = "gone fishing" }
    #expect(
      try await examine(store, installation).problems.map(\.text) == [
        "the process engine of vision/lab does not answer: gone fishing"
      ])
  }

  @Test func `a status that contradicts the run is corrected`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    var state = try store.load()
    state.deployments[0].progress.status = .pending
    try store.commit(
      [.progress(state.deployments[0].id, state.deployments[0].progress)], counters: state.counters)
    let examination = try await examine(store, installation)
    #expect(Doctor.verdict(examination, left: 1, fix: false) == "Found 1 problem; berth doctor --fix repairs it.")
    #expect(
      try await repair(store, installation) == [
        "repaired: deployment vision/lab/train is PENDING and its run is running"
      ])
    #expect(try await examine(store, installation).findings.isEmpty)
    #expect(try store.deployments().map(\.status) == [.running])
  }
}
