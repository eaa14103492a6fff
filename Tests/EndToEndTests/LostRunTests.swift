import FleetModel
import Foundation
import Glibc
import StateStore
import Testing

extension EndToEndTests {
  /// A job that says when it runs, complains when another of it does, and goes on until it is told to end. The lock is
  /// held by all that it starts, in another session too; the system gives it up when the last of them is gone, however
  /// they went.
  private static func witness(_ out: String) -> String {
    """
    exec 9>> '\(out)/lock'
    flock -n 9 || echo "$BERTH_RUN" >> '\(out)/violations'
    setsid sleep 1000 &
    echo "$BERTH_RUN" >> '\(out)/runs'
    until [ -e '\(out)/go' ]; do sleep 0.05; done
    """
  }

  private func beginWitness(_ place: Workplace) throws -> (program: RunningProgram, directory: String) {
    let more = ["retry: {limit: 0}"]
    try place.write(Fleet.base() + Fleet.deployment("witness", Self.witness(place.out), more: more))
    let program = try place.start(["apply", place.manifests, "--yes", "--wait"])
    try place.wait(until: "the job runs") { place.lines(of: "runs").count == 1 }
    // The journal knows it: what is asked of berth is to notice a loss, not to have been quicker.
    try place.wait(until: "the run is recorded as running") { try place.runs(of: "witness").last?.state == .running }
    return (program, try #require(place.runDirectories.first))
  }

  private func expectSecondRunOnly(_ place: Workplace, _ result: RunningProgram.Result) throws {
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(place.lines(of: "violations").isEmpty)
    #expect(Set(place.lines(of: "runs")).count == 2)
    #expect(place.lines(of: "runs").count == 2)
    let runs = try place.runs(of: "witness")
    #expect(runs.map(\.outcome) == [.lost, .exited(status: 0)])
    let row = try #require(try place.store().deployments().first)
    #expect(row.status == .completed)
    #expect(row.failures == 0, "a loss spends no retry")
    let doctor = try place.berth("doctor")
    #expect(doctor.status == 0, "\(doctor.output)\(doctor.error)")
  }

  @Test func `a run whose shim was killed is lost and runs again`() throws {
    let place = try Workplace()
    let (program, directory) = try beginWitness(place)
    let shim = try #require(Workplace.started(directory)?["shim"].flatMap { pid_t($0) })
    kill(shim, SIGKILL)
    try place.wait(until: "the job runs again") { place.lines(of: "runs").count == 2 || !program.isAlive }
    try Data().write(to: URL(filePath: "\(place.out)/go"))
    try expectSecondRunOnly(place, try program.wait())
  }

  @Test func `a shim killed while nobody watches is a lost run, too`() throws {
    let place = try Workplace()
    let (program, directory) = try beginWitness(place)
    program.signal(SIGKILL)
    #expect(try program.wait().ending == .signaled(SIGKILL))
    let shim = try #require(Workplace.started(directory)?["shim"].flatMap { pid_t($0) })
    kill(shim, SIGKILL)
    let second = try place.start(["apply", place.manifests, "--yes", "--wait"])
    try place.wait(until: "the job runs again") { place.lines(of: "runs").count == 2 || !second.isAlive }
    try Data().write(to: URL(filePath: "\(place.out)/go"))
    try expectSecondRunOnly(place, try second.wait())
  }

  /// Everything is gone at once, and what is on the disk was written in another boot.
  @Test func `after a reboot the run is lost and runs again`() throws {
    let place = try Workplace()
    let (program, directory) = try beginWitness(place)
    program.signal(SIGKILL)
    #expect(try program.wait().ending == .signaled(SIGKILL))
    place.endRuns()
    try place.wait(until: "all of the run is gone") {
      let probe = try RunningProgram(
        "/usr/bin/flock", ["-n", "\(place.out)/lock", "true"], files: "\(place.root)/flock")
      return try !Workplace.isLocked("\(directory)/lock") && probe.wait().status == 0
    }
    try place.forgetBoot()
    let second = try place.start(["apply", place.manifests, "--yes", "--wait"])
    try place.wait(until: "the job runs again") { place.lines(of: "runs").count == 2 || !second.isAlive }
    try Data().write(to: URL(filePath: "\(place.out)/go"))
    try expectSecondRunOnly(place, try second.wait())
  }
}
