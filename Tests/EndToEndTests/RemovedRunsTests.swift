import FleetModel
import Foundation
import Glibc
import TestKit
import Testing

/// Directories of runs that somebody removes, damages or brings back.
extension EndToEndTests {
  /// A script that complains if another run of it is alive, and runs until it is told to end.
  private static func witness(_ out: String) -> String {
    """
    exec 9>> '\(out)/lock'
    flock -n 9 || echo "$BERTH_RUN" >> '\(out)/violations'
    echo "$BERTH_RUN" >> '\(out)/runs'
    until [ -e '\(out)/go' ]; do sleep 0.05; done; echo bye
    """
  }

  @Test func `a run whose directory is removed goes on, is found again and keeps its end`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("witness", Self.witness(home.out)))
    let waiting = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the run is recorded as running") { (try? home.runs(of: "witness").last?.state) == .running }
    try FileManager.default.removeItem(atPath: "\(home.root)/state/runs")
    // Looks and applies in the meantime neither start it again nor hang.
    let again = try home.apply()
    #expect(again.status == 0, "\(again.error)")
    #expect(home.lines(of: "runs").count == 1)
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    let result = try waiting.wait()
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(home.lines(of: "violations").isEmpty)
    #expect(home.lines(of: "runs").count == 1)
    #expect(try home.runs(of: "witness").map(\.outcome) == [.exited(status: 0)])
    #expect(try home.berth("logs", "witness").output == "bye\n")
    let doctor = try home.berth("doctor")
    #expect(doctor.status == 0, "\(doctor.output)")
  }

  @Test func `under watch, a change starts although the directory of runs was removed`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("witness", Self.witness(home.out)))
    let watch = try home.start(["watch", home.manifests])
    try home.wait(until: "the run is recorded as running") { (try? home.runs(of: "witness").last?.state) == .running }
    try FileManager.default.removeItem(atPath: "\(home.root)/state/runs")
    try home.write(LabManifests.deployment("late", "echo ran >> '\(home.out)/late'"), to: "late.yaml")
    try home.wait(until: "the new job is recorded as completed") {
      (try? home.runs(of: "late").last?.outcome) == .exited(status: 0)
    }
    #expect(home.lines(of: "late") == ["ran"])
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    try home.wait(until: "the end of the first is recorded") {
      (try? home.runs(of: "witness").last?.outcome) == .exited(status: 0)
    }
    #expect(home.lines(of: "runs").count == 1)
    #expect(home.lines(of: "violations").isEmpty)
    watch.signal(SIGINT)
    _ = try watch.wait()
  }

  @Test func `a waiting apply sees that a run and its directory are gone`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("witness", Self.witness(home.out), more: ["retry: {limit: 0}"]))
    let waiting = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the run is recorded as running") { (try? home.runs(of: "witness").last?.state) == .running }
    let directory = try #require(home.runDirectories.first)
    let shim = try #require(BerthHome.started(directory)?["shim"].flatMap { pid_t($0) })
    kill(shim, SIGSTOP)
    try FileManager.default.removeItem(atPath: directory)
    kill(shim, SIGKILL)
    try home.wait(until: "the job runs again") { home.lines(of: "runs").count == 2 || !waiting.isAlive }
    try Data().write(to: URL(filePath: "\(home.out)/go"))
    let result = try waiting.wait()
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(try home.runs(of: "witness").last?.outcome == .exited(status: 0))
    #expect(home.lines(of: "violations").isEmpty)
  }

  @Test func `after a restored backup no run has the name of an earlier one`() throws {
    let home = try BerthHome()
    func job(_ word: String) throws {
      try home.write(LabManifests.base() + LabManifests.deployment("job", "echo \(word) >> '\(home.out)/l'"))
      let result = try home.start(["apply", home.manifests, "--yes", "--wait"]).wait()
      #expect(result.status == 0, "\(result.output)\(result.error)")
    }
    try job("one")
    let database = "\(home.root)/state/state.db"
    #expect(try home.shell("cp '\(database)' '\(home.root)/backup'; rm -f '\(database)'-*").status == 0)
    try job("two")
    #expect(try home.shell("rm -f '\(database)'-*; cp '\(home.root)/backup' '\(database)'").status == 0)
    try job("three")
    #expect(home.lines(of: "l") == ["one", "two", "three"])
  }

  @Test func `doctor names the trouble of one run, puts its files aside, and leaves the others alone`() throws {
    let home = try BerthHome()
    let script = "echo \"$BERTH_DEPLOYMENT $$\" >> '\(home.out)/pids'; exec sleep 600"
    try home.write(
      LabManifests.base() + LabManifests.deployment("one", script) + LabManifests.deployment("two", script))
    #expect(try home.apply().status == 0)
    try home.wait(until: "both run") { home.lines(of: "pids").count == 2 }
    let name = try #require(try home.runs(of: "one").last?.name.text)
    let directory = "\(home.root)/state/runs/\(name)"
    let shim = try #require(BerthHome.started(directory)?["shim"].flatMap { pid_t($0) })
    try FileManager.default.removeItem(atPath: "\(directory)/started")
    try #require(mkfifo("\(directory)/started", 0o600) == 0)
    // As long as it is alive, nothing is put aside.
    let alive = try home.berth("doctor", "--fix")
    #expect(alive.status == 1)
    #expect(alive.output.contains(name) && alive.output.contains("FIFO"), "\(alive.output)")
    #expect(FileManager.default.fileExists(atPath: directory))
    // The other deployment can be changed meanwhile.
    try home.write(
      LabManifests.base() + LabManifests.deployment("one", script) + LabManifests.deployment("two", "true"))
    let changed = try home.apply()
    #expect(changed.status == 0, "\(changed.output)\(changed.error)")
    kill(shim, SIGKILL)
    try home.wait(until: "the files are put aside") { try home.berth("doctor", "--fix").status == 0 }
    #expect(!FileManager.default.fileExists(atPath: directory))
    let applied = try home.apply()
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    try home.wait(until: "the deployment runs again") {
      home.lines(of: "pids").count(where: { $0.contains("/one ") }) == 2
    }
  }

  @Test func `an odd entry among the runs closes no cluster, and doctor names it and puts it aside`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("first", "true"))
    #expect(try home.start(["apply", home.manifests, "--yes", "--wait"]).wait().status == 0)
    let runs = "\(home.root)/state/runs"
    let ended = try #require(try home.runs(of: "first").last?.name.text)
    // A stray file, a link, a directory that its owner may not enter, and records of runs that are broken.
    let script = """
      cd '\(runs)'; echo x > notes; ln -s /nowhere link; mkdir -m 0 closed
      for file in exit started spec; do
        cp -a \(ended) berth-broken-$file; rm -f berth-broken-$file/exit; rm -f berth-broken-$file/$file
        mkdir berth-broken-$file/$file
      done
      """
    #expect(try home.shell(script).status == 0)
    try home.write(LabManifests.deployment("second", "echo ran >> '\(home.out)/second'"), to: "second.yaml")
    let applied = try home.start(["apply", home.manifests, "--yes", "--wait"]).wait()
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    #expect(home.lines(of: "second") == ["ran"])
    let told = try home.berth("doctor")
    #expect(told.status == 1)
    for name in ["notes", "link", "berth-broken-exit", "berth-broken-started", "berth-broken-spec"] {
      #expect(told.output.contains(name), "\(name): \(told.output)")
    }
    let mended = try home.berth("doctor", "--fix")
    #expect(mended.status == 0, "\(mended.output)\(mended.error)")
    #expect(try home.berth("doctor").status == 0)
  }
}
