import FleetModel
import Reconciliation
import StateStore
import Testing

@testable import BerthCommands

@Suite struct DoctorTests {
  private func examine(_ store: StateStore, _ harbor: Harbor) async throws -> Examination {
    try await Examination(store, engines: harbor, host: "here")
  }

  private func repair(_ store: StateStore, _ harbor: Harbor) async throws -> [String] {
    let doctor = DoctorRepairs(store: store, engines: harbor, time: Harbor.StandingTime())
    var done: [String] = []
    for finding in try await examine(store, harbor).problems {
      if let text = try await doctor.repair(finding) { done.append(text) }
    }
    return done
  }

  @Test func `a sound state has no findings`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("done", "exit, '0'"), Harbor.deployment("train", "hold"))
    let examination = try await examine(harbor.store(.readOnly), harbor)
    #expect(examination.findings.isEmpty)
    #expect(Doctor.verdict(examination, left: 0, fix: false) == "No problems found.")
    #expect(examination.checks.count == 3)
    #expect(Doctor.json(examination, repairs: [:], left: 0).text().contains("\"findings\": []"))
    #expect(examination.checks.last == "the process engine of vision/lab: 2 runs compared with the records")
    _ = store
  }

  @Test func `the holder of the lock is named, also after it let go`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("train", "hold"))
    let words = "ada@there (pid 7, berth watch, since 2026-11-23T19:00:00Z)"
    let lock = StateLock(store)
    try await lock.acquire(
      as: LockHolder(who: "ada", host: "there", pid: 7, command: "berth watch", since: Harbor.start))
    let reader = try harbor.store(.readOnly)
    #expect(try await examine(reader, harbor).checks[1] == "the lock: held by \(words)")
    lock.release()
    #expect(try await examine(reader, harbor).checks[1] == "the lock: free; last held by \(words)")
  }

  @Test func `runs without a record are found, stopped and removed`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("done", "exit, '0'"))
    let done = try #require(try store.runs(of: Harbor.identity("done")).first?.name)
    harbor.engine.change { state in
      state.runs[RunName(text: "berth-alive")] = .running(since: Harbor.start)
      state.runs[RunName(text: "berth-left")] = .ended(.exited(status: 0), at: Harbor.start)
      state.runs[RunName(text: "berth-prepared")] = .prepared
      // It is over by the journal, and alive by its engine.
      state.runs[done] = .running(since: Harbor.start)
    }
    let findings = try await examine(store, harbor).findings
    #expect(findings.allSatisfy { $0.weight == .problem })
    #expect(
      Set(findings.map(\.text)) == [
        "run berth-alive is alive on the process engine but has no live record",
        "run \(done.text) of vision/lab/done is alive on the process engine but has no live record",
        "the process engine has files of run berth-left, which is not recorded",
        "the process engine has files of run berth-prepared, which is not recorded",
      ])
    #expect(
      Set(try await repair(store, harbor)) == [
        "stopped run berth-alive and removed its files", "stopped run \(done.text)",
        "removed the files of run berth-left", "removed the files of run berth-prepared",
      ])
    // The log of a run that the journal knows stays.
    #expect(Set(harbor.engine.removed.map(\.text)) == ["berth-alive", "berth-left", "berth-prepared"])
    #expect(try await examine(store, harbor).findings.isEmpty)
  }

  @Test func `live records are compared with the engine`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("gone", "hold"), Harbor.deployment("over", "hold"))
    let gone = try #require(try store.runs(of: Harbor.identity("gone")).first?.name)
    let over = try #require(try store.runs(of: Harbor.identity("over")).first?.name)
    harbor.engine.change { state in
      state.runs[gone] = nil
      state.runs[over] = .ended(.exited(status: 3), at: Harbor.start)
    }
    let examination = try await examine(store, harbor)
    #expect(
      examination.findings.map(\.text) == [
        "run \(gone.text) of vision/lab/gone is recorded as running, but its engine does not know it",
        "run \(over.text) of vision/lab/over is recorded as running but has ended: exited with status 3",
      ])
    // What ended while nobody looked is nothing wrong.
    #expect(examination.findings.map(\.weight) == [.problem, .note])
    #expect(Doctor.verdict(examination, left: 1, fix: false) == "Found 1 problem.")
    #expect(try await repair(store, harbor).isEmpty)
  }

  @Test func `an engine that does not answer is a problem`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("train", "hold"))
    harbor.engine.change { $0.silence = "gone fishing" }
    #expect(
      try await examine(store, harbor).problems.map(\.text) == [
        "the process engine of vision/lab does not answer: gone fishing"
      ])
  }

  @Test func `a status that contradicts the run is corrected`() async throws {
    let harbor = try Harbor()
    let store = try await harbor.apply(Harbor.deployment("train", "hold"))
    var state = try store.load()
    state.deployments[0].progress.status = .pending
    try store.commit(
      [.progress(state.deployments[0].id, state.deployments[0].progress)], counters: state.counters)
    let examination = try await examine(store, harbor)
    #expect(Doctor.verdict(examination, left: 1, fix: false) == "Found 1 problem; berth doctor --fix repairs it.")
    #expect(
      try await repair(store, harbor) == ["repaired: deployment vision/lab/train is PENDING and its run is running"])
    #expect(try await examine(store, harbor).findings.isEmpty)
    #expect(try store.deployments().map(\.status) == [.running])
  }
}
