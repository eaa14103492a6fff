import EngineInterface
import FleetModel
import Foundation
import Glibc
import ProcessEngine
import TestKit
import Testing

/// Entries in the directory of runs that neither the engine nor a shim left there.
@Suite(.timeLimit(.minutes(3))) struct DisorderTests {
  /// Names of the files of a run.
  private static let names = ["exit", "started", "lock", "control", "stop", "spec", "log"]

  @Test(arguments: names, OddEntry.allCases)
  func `an odd file of one run concerns that run alone and kills nothing`(name: String, entry: OddEntry) async throws {
    try await ProcessInstallation.with { installation in
      let victim = "\(installation.directory.path)/victim"
      try Data("untouched".utf8).write(to: URL(filePath: victim))
      let engine = try installation.engine()
      let bystander = installation.suite.request("echo ready; exec sleep 600")
      let troubled = installation.suite.request("echo ready; exec sleep 600")
      try await installation.suite.start(bystander, on: engine)
      try await installation.suite.start(troubled, on: engine)
      let child = try installation.pid("child", of: troubled.name)
      let shim = try installation.pid("shim", of: troubled.name)
      try entry.put(at: "\(installation.settings.runs)/\(troubled.name.text)/\(name)", victim: victim)
      for looking in [engine, try installation.engine()] {
        let runs = try await looking.observe().runs
        guard case .running = runs[bystander.name] else {
          Issue.record("the bystander: \(runs)")
          continue
        }
        // Every such report keeps the room of the run.
        #expect(runs[troubled.name]?.mayBeAlive == true, "\(runs)")
        await #expect(throws: EngineError.self) { _ = try await looking.putAside(troubled.name) }
      }
      #expect(ProcessInstallation.isAlive(child))
      #expect(try String(contentsOfFile: victim, encoding: .utf8) == "untouched")
      // The bystander can be stopped as ever.
      try await engine.stop(bystander.name, grace: .seconds(10))
      #expect(try await installation.suite.outcome(of: bystander.name, on: engine) == .stopped)
      // Without a supervisor, whatever is left of the troubled run can be put aside or settled, and is gone then.
      try #require(kill(shim, SIGKILL) == 0)
      try await installation.clearAway(troubled.name, on: engine)
      #expect(try await engine.observe().runs[troubled.name] == nil)
      #expect(!ProcessInstallation.isAlive(child))
    }
  }

  /// Regression: each look at such a run counted as a change of it, which asked for the next look at once.
  @Test(arguments: OddEntry.allCases)
  func `a run whose shim can't be watched is looked at, and no look asks for another`(entry: OddEntry) async throws {
    try await ProcessInstallation.with { installation in
      let request = installation.suite.request("echo ready; exec sleep 600")
      try await installation.suite.start(request, on: installation.engine())
      let victim = "\(installation.directory.path)/victim"
      try entry.put(at: "\(installation.settings.runs)/\(request.name.text)/control", victim: victim)
      let engine = try installation.engine()
      let look = try await engine.observe()
      #expect(look.remarks.contains { $0.contains(request.name.text) && $0.contains("control") }, "\(look.remarks)")
      #expect(try await engine.observe().cursor == look.cursor)
      // At its time it is looked at, and has not changed.
      var changes = try await engine.changes(since: look.cursor)
      #expect(changes.runs.isEmpty)
      try #require(kill(try installation.pid("shim", of: request.name), SIGKILL) == 0)
      // Where the system refuses notifications, changes name no run: the run is looked at.
      var seen = changes.runs
      while seen[request.name] != .unsettled(.lost) {
        // A canceled wait ends at once.
        try Task.checkCancellation()
        changes = try await engine.changes(since: changes.cursor)
        seen = changes.isIncomplete ? try await engine.observe().runs : changes.runs
      }
      #expect(seen == [request.name: .unsettled(.lost)])
    }
  }

  @Test(
    arguments: OddEntry.allCases.filter { $0 != .missing && $0 != .emptyFile },
    ["berth-aaaaaaaaaaaaaaaaaaaa", "notes"])
  func `an odd entry among the runs is nobody's, unless something of it lives`(entry: OddEntry, name: String)
    async throws
  {
    try await ProcessInstallation.with { installation in
      var settings = installation.settings
      settings.owner = ProcessEngineSettings.Owner(installation: "one", state: "1:2")
      let engine = try LocalProcessEngine(settings: settings)
      let request = installation.suite.request("exec sleep 600")
      try await installation.suite.start(request, on: engine)
      let child = try installation.pid("child", of: request.name)
      let shim = try installation.pid("shim", of: request.name)
      let victim = "\(installation.directory.path)/victim"
      try Data("untouched".utf8).write(to: URL(filePath: victim))
      try entry.put(at: "\(settings.runs)/\(name)", victim: victim)
      // The live one can't be read either, so that nothing tells whether it is over.
      try entry.put(at: "\(settings.runs)/\(request.name.text)/started", victim: victim)
      let strange = [RunName(text: name), request.name]
      let seen = try await engine.lookCloser(missing: [], strange: strange)
      #expect(seen[strange[0]] == .absent)
      guard case .foreign(let why) = seen[request.name] else {
        Issue.record("the live one: \(seen)")
        return
      }
      #expect(why.contains("can't be read"))
      #expect(ProcessInstallation.isAlive(child))
      try #require(kill(shim, SIGKILL) == 0)
      // Once nothing of it lives, it is nobody's either.
      var closer = seen
      while closer[request.name] != .absent {
        try await Task.sleep(for: .milliseconds(10))
        closer = try await engine.lookCloser(missing: [], strange: strange)
      }
    }
  }

  /// Regression: such a run was taken for this state's own, and stopped.
  @Test(arguments: OddEntry.allCases)
  func `a live run whose owner can't be told is another's`(entry: OddEntry) async throws {
    try await ProcessInstallation.with { installation in
      var settings = installation.settings
      settings.owner = ProcessEngineSettings.Owner(installation: "one", state: "1:2")
      let engine = try LocalProcessEngine(settings: settings)
      let request = installation.suite.request("exec sleep 600")
      try await installation.suite.start(request, on: engine)
      #expect(try await engine.lookCloser(missing: [], strange: [request.name]) == [:])
      let victim = "\(installation.directory.path)/victim"
      try Data("untouched".utf8).write(to: URL(filePath: victim))
      try entry.put(at: "\(settings.runs)/\(request.name.text)/spec", victim: victim)
      let seen = try await engine.lookCloser(missing: [], strange: [request.name])
      guard case .foreign(let why) = seen[request.name] else {
        Issue.record("\(seen)")
        return
      }
      #expect(why.contains("/spec"))
    }
  }

  @Test func `a live run whose spec is of a version that named no owner is this state's`() async throws {
    try await ProcessInstallation.with { installation in
      let request = installation.suite.request("exec sleep 600")
      try await installation.suite.start(request, on: installation.engine())
      var settings = installation.settings
      settings.owner = ProcessEngineSettings.Owner(installation: "one", state: "1:2")
      let engine = try LocalProcessEngine(settings: settings)
      #expect(try await engine.lookCloser(missing: [], strange: [request.name]) == [:])
    }
  }

  /// Regression: the end of another's run was told as its being alive.
  @Test func `another's run that has ended is ended`() async throws {
    try await ProcessInstallation.with { installation in
      var settings = installation.settings
      settings.owner = ProcessEngineSettings.Owner(installation: "one", state: "1:2")
      let request = installation.suite.request("exit 4")
      let other = try LocalProcessEngine(settings: settings)
      try await installation.suite.start(request, on: other)
      #expect(try await installation.suite.outcome(of: request.name, on: other) == .exited(status: 4))
      settings.owner = ProcessEngineSettings.Owner(installation: "two", state: "1:2")
      let engine = try LocalProcessEngine(settings: settings)
      let seen = try await engine.lookCloser(missing: [], strange: [request.name])
      guard case .ended(.exited(status: 4), _) = seen[request.name] else {
        Issue.record("\(seen)")
        return
      }
    }
  }

  @Test(arguments: OddEntry.allCases)
  func `a run can end whatever stands where its end is written`(entry: OddEntry) async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let request = installation.suite.request("until [ -e \"$BERTH_WORK/go\" ]; do sleep 0.02; done; exit 7")
      try await installation.suite.start(request, on: engine)
      let directory = "\(installation.settings.runs)/\(request.name.text)"
      try entry.put(at: "\(directory)/exit", victim: "\(directory)/spec")
      try Data().write(to: URL(filePath: "\(installation.settings.work)/vision/lab/go"))
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 7))
      try await engine.remove(request.name)
    }
  }

  @Test(
    arguments: OddEntry.allCases.filter { $0 != .missing },
    ["berth-aaaaaaaaaaaaaaaaaaaa", "notes", ".removed-x", ".ended"])
  func `an odd entry among the runs concerns nobody`(entry: OddEntry, name: String) async throws {
    try await ProcessInstallation.with { installation in
      let victim = "\(installation.directory.path)/victim"
      try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
      try Data("untouched".utf8).write(to: URL(filePath: "\(victim)/file"))
      let first = try installation.engine()
      let request = installation.suite.request("exit 5")
      _ = try await first.prepare(request)
      try entry.put(at: "\(installation.settings.runs)/\(name)", victim: victim)
      let engine = try installation.engine()
      try await installation.suite.start(request, on: engine)
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 5))
      try await engine.remove(request.name)
      try await engine.tidy()
      let snapshot = try await engine.observe()
      #expect(snapshot.leftovers.isEmpty)
      #expect(snapshot.runs.values.allSatisfy { $0.trouble != nil }, "\(snapshot.runs)")
      #expect(try String(contentsOfFile: "\(victim)/file", encoding: .utf8) == "untouched")
      for (name, seen) in snapshot.runs where seen.trouble != nil { _ = try await engine.putAside(name) }
      #expect(try await engine.observe().runs.isEmpty)
    }
  }

  @Test func `directories that a job made in its run's directory are removed with it`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      // Deeper than the longest path, with directories that nobody may enter.
      let script = """
        cd "$RUNS/$BERTH_RUN"; mkdir closed; touch closed/file; chmod 0 closed; ln -s / root
        i=0; while [ $i -lt 600 ]; do mkdir 12345678; cd 12345678; touch f; i=$((i+1)); done
        """
      let request = installation.suite.request(script) { $0.env["RUNS"] = .text(installation.settings.runs) }
      try await installation.suite.start(request, on: engine)
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 0))
      try await engine.remove(request.name)
      let left = try FileManager.default.contentsOfDirectory(atPath: installation.settings.runs)
      #expect(left == [".ended"])
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only the superuser gives files to others"))
  func `a request to stop belongs to the owner of the run, whoever makes it`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let request = installation.suite.request("exec sleep 600")
      try await installation.suite.start(request, on: engine)
      let directory = "\(installation.settings.runs)/\(request.name.text)"
      try #require(chown(directory, 65534, 65534) == 0)
      try await engine.stop(request.name, grace: .seconds(5))
      var status = stat()
      #expect(lstat("\(directory)/stop", &status) == 0 && status.st_uid == 65534)
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .stopped)
    }
  }

  @Test func `a look leaves every file and every process as it is`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      var requests: [RunRequest] = []
      for script in ["exec sleep 600", "exec sleep 601", "exit 3"] {
        let request = installation.suite.request(script)
        try await installation.suite.start(request, on: engine)
        requests.append(request)
      }
      _ = try await installation.suite.outcome(of: requests[2].name, on: engine)
      let prepared = installation.suite.request("echo prepared")
      _ = try await engine.prepare(prepared)
      // One of them has lost its shim, and the directories are left of a removal.
      let shim = try installation.pid("shim", of: requests[0].name)
      try #require(kill(shim, SIGKILL) == 0)
      var status: Int32 = 0
      _ = waitpid(shim, &status, 0)
      try #require(mkdir("\(installation.settings.runs)/.removed-old", 0o700) == 0)
      let before = try fingerprint(of: installation.directory.path)
      let view = try ProcessEngineView(settings: installation.settings)
      let snapshot = try await view.observe()
      #expect(snapshot.runs[requests[0].name] == .unsettled(.lost))
      #expect(snapshot.leftovers.count == 1)
      for request in requests {
        _ = try await view.details(request.name)
        for try await _ in try await view.logs(request.name, options: LogOptions(tail: 1)) {}
      }
      _ = try await view.lookCloser(missing: [], strange: requests.map(\.name))
      #expect(try fingerprint(of: installation.directory.path) == before)
      #expect(try await engine.settle(requests[0].name).mayBeAlive == false)
    }
  }

  @Test func `a copy of the runs settles and executes nothing of the original`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let live = installation.suite.request("exec sleep 600")
      try await installation.suite.start(live, on: engine)
      let prepared = installation.suite.request("echo x >> \"$BERTH_WORK/trace\"")
      let handle = try await engine.prepare(prepared)
      let child = try installation.pid("child", of: live.name)
      var copy = installation.settings
      copy.runs = "\(installation.directory.path)/copy"
      try #require(system("cp -a '\(installation.settings.runs)' '\(copy.runs)'") == 0)
      let other = try LocalProcessEngine(settings: copy)
      guard case .unknown(let why) = try await other.observe().runs[live.name] else {
        Issue.record("the copy counts as the run itself")
        return
      }
      #expect(why.contains("copy"))
      _ = try await other.settle(live.name)
      await #expect(throws: EngineError.self) { try await other.stop(live.name, grace: .zero) }
      guard case .ended(.lost, _) = try await other.launch(handle, of: prepared, secrets: [:]) else {
        Issue.record("the copy executed what the original had prepared")
        return
      }
      #expect(ProcessInstallation.isAlive(child))
      guard case .running = try await engine.observe().runs[live.name] else {
        Issue.record("the original does not run")
        return
      }
    }
  }
}
