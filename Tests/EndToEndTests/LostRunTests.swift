import FleetModel
import Foundation
import Glibc
import StateStore
import TestKit
import Testing

extension EndToEndTests {
  /// A script that reports its start, complains if another run of it is alive, and runs until it is told to end. All
  /// its processes hold the lock, also those in another session. The system releases it with the last of them, however
  /// that ended.
  private static func witness(_ out: String) -> String {
    """
    exec 9>> '\(out)/lock'
    flock -n 9 || echo "$BERTH_RUN" >> '\(out)/violations'
    setsid sleep 1000 &
    echo "$BERTH_RUN" >> '\(out)/runs'
    until [ -e '\(out)/go' ]; do sleep 0.05; done
    """
  }

  private func beginWitness(_ home: BerthHome) throws -> (program: RunningProgram, directory: String) {
    let more = ["retry: {limit: 0}"]
    try home.write(LabManifests.base() + LabManifests.deployment("witness", Self.witness(home.out), more: more))
    let program = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the job runs") { home.lines(of: "runs").count == 1 }
    // Wait until the journal has it: the test is about noticing a loss, not about speed.
    try home.wait(until: "the run is recorded as running") { try home.runs(of: "witness").last?.state == .running }
    return (program, try #require(home.runDirectories.first))
  }

  private func expectSecondRunOnly(
    _ home: BerthHome, _ result: RunningProgram.Result, after loss: RunOutcome = .lost
  ) throws {
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(home.lines(of: "violations").isEmpty)
    #expect(Set(home.lines(of: "runs")).count == 2)
    #expect(home.lines(of: "runs").count == 2)
    let runs = try home.runs(of: "witness")
    #expect(runs.map(\.outcome) == [loss, .exited(status: 0)])
    let row = try #require(try home.store().deployments().first)
    #expect(row.status == .completed)
    #expect(row.failures == 0, "a loss spends no retry")
    let doctor = try home.berth("doctor")
    #expect(doctor.status == 0, "\(doctor.output)\(doctor.error)")
  }

  @Test func `a run whose shim was killed is lost and runs again`() throws {
    let home = try BerthHome()
    let (program, directory) = try beginWitness(home)
    let shim = try #require(BerthHome.started(directory)?["shim"].flatMap { pid_t($0) })
    kill(shim, SIGKILL)
    try home.wait(until: "the job runs again") { home.lines(of: "runs").count == 2 || !program.isAlive }
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    try expectSecondRunOnly(home, try program.wait())
  }

  @Test func `a shim killed while nobody watches is a lost run, too`() throws {
    let home = try BerthHome()
    let (program, directory) = try beginWitness(home)
    program.signal(SIGKILL)
    #expect(try program.wait().ending == .signaled(SIGKILL))
    let shim = try #require(BerthHome.started(directory)?["shim"].flatMap { pid_t($0) })
    kill(shim, SIGKILL)
    let second = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the job runs again") { home.lines(of: "runs").count == 2 || !second.isAlive }
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    try expectSecondRunOnly(home, try second.wait())
  }

  /// All processes die at once, and the files name another boot.
  @Test func `after a reboot the run is lost and runs again`() throws {
    let home = try BerthHome()
    let (program, directory) = try beginWitness(home)
    program.signal(SIGKILL)
    #expect(try program.wait().ending == .signaled(SIGKILL))
    home.endRuns()
    try home.wait(until: "all of the run is gone") {
      let probe = try RunningProgram(
        "/usr/bin/flock", ["-n", "\(home.out)/lock", "true"], files: "\(home.root)/flock")
      return try !BerthHome.isLocked("\(directory)/lock") && probe.wait().status == 0
    }
    try home.forgetBoot()
    let second = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the job runs again") { home.lines(of: "runs").count == 2 || !second.isAlive }
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    try expectSecondRunOnly(home, try second.wait(), after: .interrupted)
  }
}
