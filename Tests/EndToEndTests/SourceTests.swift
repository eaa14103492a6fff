import FleetModel
import Foundation
import Glibc
import StateStore
import TestKit
import Testing

/// Sources and states of a machine: checkouts, directories, files and links that lead to them.
extension EndToEndTests {
  /// Variables under which berth finds the state of a user whose home is the test's directory.
  private func user(_ home: BerthHome) -> String {
    "unset BERTH_STATE; export HOME='\(home.root)/user' XDG_STATE_HOME='\(home.root)/user/state'; berth() { '\(BerthHome.berth)' \"$@\"; }"
  }

  /// Runs lines of bash as that user, and returns their output with their errors.
  private func run(_ home: BerthHome, _ lines: String) throws -> (status: Int32?, text: String) {
    let result = try home.shell("exec 2>&1; set -e; \(user(home)); cd '\(home.root)'\n\(lines)")
    return (result.status, result.output)
  }

  private func userStore(_ home: BerthHome) throws -> StateStore {
    try StateStore.open(path: "\(home.root)/user/state/berth/state.db", mode: .readOnly)
  }

  private func manifests(_ home: BerthHome) -> String {
    LabManifests.base() + LabManifests.deployment("once", "echo x >> '\(home.out)/once'")
  }

  private static let git = "git -c user.name=ada -c user.email=ada@example.org -c init.defaultBranch=main"

  @Test func `two clones are one source in one state, and a clean checkout starts nothing twice`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    let made = try run(
      home,
      """
      mkdir repo && cp -r manifests repo/m
      cd repo && \(Self.git) init -q && \(Self.git) add . && \(Self.git) commit -qm first && cd ..
      git clone -q repo a && git clone -q repo b
      (cd a && berth apply m --yes --wait && git clean -qffdx && berth apply m --yes --wait)
      (cd b && berth diff m --exit-code && berth apply m --yes --wait)
      (cd repo/m && berth apply . --yes --wait)
      """)
    #expect(made.status == 0, "\(made.text)")
    #expect(home.lines(of: "once").count == 1)
    #expect(made.text.contains("there was no state yet: made ~/state/berth/state.db"), "\(made.text)")
    #expect(made.text.components(separatedBy: "made ~/").count == 2)
    // With an origin, both have another name; the source is renamed, and nothing is deleted.
    let moved = try run(
      home,
      """
      git -C a remote set-url origin git@h.org:o/r.git
      git -C b remote set-url origin https://token@h.org/o/r
      (cd repo/m && berth apply . --yes)
      (cd a && berth apply m --yes) && (cd a && berth diff m --exit-code)
      """)
    #expect(moved.status == 4, "the source was applied last from another checkout, whose name it keeps: \(moved.text)")
    let renamed = try run(
      home,
      "git -C repo remote add origin ssh://git@h.org/o/r.git; for d in repo a b; do (cd $d && berth apply m --yes); done"
    )
    #expect(renamed.status == 0 && renamed.text.contains("is called h.org/o/r//m from now on"), "\(renamed.text)")
    #expect(renamed.text.components(separatedBy: "from now on").count == 2)
    let state = try userStore(home).load()
    #expect(state.sources.map(\.name) == ["h.org/o/r//m"] && state.deployments.count == 1)
    #expect(home.lines(of: "once").count == 1)
  }

  @Test func `two directories are two sources of one state`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    let other = LabManifests.deployment("other", "true")
    let both = try run(
      home,
      """
      mkdir x && cat >x/other.yaml <<'END'
      \(other)
      END
      (cd manifests && berth apply . --yes --wait) && (cd x && berth apply . --yes --wait)
      berth get deployments -o name
      """)
    #expect(both.status == 0 && both.text.contains("lab/machine/once"), "\(both.text)")
    let state = try userStore(home).load()
    #expect(state.sources.map(\.name).sorted() == ["\(home.root)/manifests", "\(home.root)/x"])
    #expect(state.deployments.count == 2 && state.deployments.allSatisfy { !$0.progress.isWithdrawn })
    // A third place that declares the same is told whose it is, and what to do.
    let third = try run(home, "cp -r x y && berth apply y --yes")
    #expect(third.status == 4 && third.text.contains("belongs to source \(home.root)/x"), "\(third.text)")
    #expect(third.text.contains("--source \(home.root)/x"), "\(third.text)")
    let taken = try run(home, "berth apply y --yes --take-ownership && berth diff x")
    #expect(taken.status == 4 && taken.text.contains("source  \(home.root)/x → \(home.root)/y"), "\(taken.text)")
  }

  @Test func `a file that is applied beside a watch stays`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    let program = try home.start(["watch", home.manifests])
    try home.wait(until: "it watches") { try program.output.contains("watching") || !program.isAlive }
    let file = "\(home.root)/one.yaml"
    try LabManifests.deployment("one", "true").write(toFile: file, atomically: true, encoding: .utf8)
    let applied = try home.berth("apply", file, "--yes", "--wait", "--lock-timeout", "60s")
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    // A look at everything, and a change after it.
    program.signal(SIGHUP)
    try home.write(LabManifests.deployment("two", "true"), to: "two.yaml")
    try home.wait(until: "the watch has gone on") {
      try program.output.contains("/two completed") || !program.isAlive
    }
    #expect(program.isAlive)
    #expect(try !program.output.contains("/one withdrawn") && home.runs(of: "one").count == 1)
    #expect(try home.store().load().deployments.allSatisfy { !$0.progress.isWithdrawn })
    program.signal(SIGTERM)
    #expect(try program.wait().status == 0)
  }

  /// As git-sync does at every commit.
  @Test func `a watch goes on where the link that it follows is swapped`() throws {
    let home = try BerthHome()
    for revision in ["rev1", "rev2", "rev3"] {
      try FileManager.default.createDirectory(atPath: "\(home.root)/\(revision)", withIntermediateDirectories: true)
      try (LabManifests.base() + LabManifests.deployment("in-\(revision)", "true")).write(
        toFile: "\(home.root)/\(revision)/fleet.yaml", atomically: true, encoding: .utf8)
    }
    let current = "\(home.root)/current"
    func swap(to revision: String) throws {
      try FileManager.default.createSymbolicLink(atPath: current + ".new", withDestinationPath: revision)
      #expect(rename(current + ".new", current) == 0)
    }
    try swap(to: "rev1")
    let program = try home.start(["watch", current])
    for revision in ["rev1", "rev2", "rev3"] {
      if revision != "rev1" { try swap(to: revision) }
      try home.wait(until: "\(revision) is carried out") {
        try program.output.contains("/in-\(revision) completed") || !program.isAlive
      }
    }
    let said = try program.output + program.errors
    try #require(program.isAlive, "\(said)")
    try home.wait(until: "the last revision alone is left") {
      try home.store().load().deployments.map(\.identity.name) == ["in-rev3"]
    }
    #expect(try home.store().load().sources.map(\.name) == [current])
    #expect(try home.store().load().sources.map(\.binding) == ["\(home.root)/rev3"])
    program.signal(SIGTERM)
    #expect(try program.wait().status == 0)
  }

  @Test func `a watch tells that another source is in its way, and goes on when it no longer is`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    #expect(try home.apply("--wait", "--source", "first").status == 0)
    for options in [[], ["--until", "converged", "--timeout", "2m"]] {
      let program = try home.start(["watch", home.manifests, "--source", "second"] + options)
      try home.wait(until: "the watch tells whose they are") {
        try program.output.contains("belong to source first") || !program.isAlive
      }
      #expect(program.isAlive)
      program.signal(SIGTERM)
      _ = try program.wait()
    }
    let taking = try home.start(
      ["watch", home.manifests, "--source", "second", "--take-ownership=first", "--until", "converged"])
    #expect(try taking.wait().status == 0)
    #expect(try home.berth("watch", home.manifests, "--take-ownership").status == 64)
    #expect(home.lines(of: "once").count == 1)
  }

  @Test func `a state of an earlier version is used where it lies, and its source gets the name of its place`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    let former = try run(
      home,
      "mkdir -p w/.berth && cp -r manifests w/m && cd w && berth apply m --yes --wait --source default"
    )
    #expect(former.status == 0, "\(former.text)")
    // As that version left it.
    let state = "\(home.root)/w/.berth"
    try FileManager.default.removeItem(atPath: "\(state)/local")
    let shown = try run(home, "cd w && berth diff m --exit-code")
    #expect(shown.status == 0 && !shown.text.contains("note"), "\(shown.text)")
    let first = try run(home, "cd w && berth apply m --yes")
    #expect(first.status == 0, "\(first.text)")
    #expect(first.text.contains("source default is called \(home.root)/w/m from now on"), "\(first.text)")
    #expect(first.text.contains("the state stays in .berth"), "\(first.text)")
    let second = try run(home, "cd w && berth apply m --yes")
    #expect(second.status == 0 && !second.text.contains("note"), "\(second.text)")
    let below = try run(home, "cd w/m && berth get deployments -o name")
    #expect(below.text == "note: the state is \(state)/state.db\ndeployment/lab/machine/once\n", "\(below.text)")
    #expect(home.lines(of: "once").count == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(home.root)/user/state"))
  }

  @Test func `init makes a place for a directory tree, which git does not see`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    let made = try run(
      home,
      """
      mkdir w && cd w && cp -r ../manifests m && git init -q && berth init --local && ls -A
      berth apply m --yes --wait && cd m && berth get deployments -o name && git -C .. status --short
      """)
    #expect(
      made.status == 0 && made.text.hasPrefix("\(home.root)/w/.berth/state.db\n.berth\n.git\nm\n"), "\(made.text)")
    #expect(made.text.hasSuffix("deployment/lab/machine/once\n?? m/\n"), "\(made.text)")
    #expect(FileManager.default.fileExists(atPath: "\(home.root)/w/.berth/state.db"))
  }

  @Test func `a state for a group can be read by it and by nobody else`() throws {
    let home = try BerthHome()
    try home.write(manifests(home))
    let group = try #require(getgrgid(getgid())).pointee.gr_name.map { String(cString: $0) } ?? ""
    let made = try run(
      home,
      """
      export BERTH_STATE=shared/state.db; umask 077
      berth init --group \(group) && berth apply manifests --yes --wait && berth get -o name
      stat -c '%a %G' shared shared/state.db shared/state.lock
      """)
    #expect(made.status == 0, "\(made.text)")
    #expect(made.text.hasSuffix("2750 \(group)\n640 \(group)\n640 \(group)\n"), "\(made.text)")
    #expect(try run(home, "berth init --group no-such-group --state t/state.db").text.contains("there is no group"))
  }
}

/// The state's file: copied, backed up, deleted, and replaced under whoever works on it.
extension EndToEndTests {
  private func beginToWatch(_ home: BerthHome) throws -> RunningProgram {
    let program = try home.start(["watch", home.manifests])
    try home.wait(until: "it watches") { try program.output.contains("watching") || !program.isAlive }
    return program
  }

  @Test func `a copy of the state without its log is refused, and a backup is not`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("first", "echo x >> '\(home.out)/first'"))
    let program = try beginToWatch(home)
    try home.wait(until: "the first job is done") {
      try program.output.contains("/first completed") || !program.isAlive
    }
    let (copy, backup) = ("\(home.root)/copy.db", "\(home.root)/backup.db")
    try FileManager.default.copyItem(atPath: home.state, toPath: copy)
    let refused = try home.bare("get", "--state", copy)
    #expect(refused.status == 1 && refused.error.contains("it was copied without its log"), "\(refused.error)")
    #expect(try home.berth("backup", backup).output == backup + "\n")
    #expect(try home.berth("backup", backup).status == 1)
    #expect(try home.bare("diff", home.manifests, "--exit-code", "--state", backup).status == 0)
    let accepted = try home.bare("doctor", "--fix", "--state", copy)
    #expect(accepted.error.contains("the state is taken as its file is"), "\(accepted.error)")
    #expect(try home.bare("get", "--state", copy).status == 0)
    // Readers keep the log of a state that is not in use from being emptied; the file is whole all the same.
    program.signal(SIGTERM)
    #expect(try program.wait().status == 0)
    #expect(try home.berth("get").status == 0)
    try home.write(LabManifests.deployment("second", "echo x >> '\(home.out)/second'"), to: "second.yaml")
    #expect(try home.apply("--wait").status == 0)
    try FileManager.default.removeItem(atPath: copy)
    try FileManager.default.copyItem(atPath: home.state, toPath: copy)
    #expect(try home.bare("diff", home.manifests, "--exit-code", "--state", copy).status == 0)
    #expect(home.lines(of: "first").count == 1 && home.lines(of: "second").count == 1)
  }

  @Test(arguments: ["deleted", "replaced"])
  func `a watch ends when its state is deleted or replaced, and its runs go on`(how: String) throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("long", "sleep 600"))
    let program = try beginToWatch(home)
    try home.wait(until: "the run has begun") { try program.output.contains("/long started") || !program.isAlive }
    let backup = "\(home.root)/backup.db"
    #expect(try home.berth("backup", backup).status == 0)
    #expect(how == "deleted" ? unlink(home.state) == 0 : rename(backup, home.state) == 0)
    let result = try program.wait()
    #expect(result.status == 1, "\(result.output)\(result.error)")
    let told = how == "deleted" ? "was deleted while it was in use" : "another file took the place of the state"
    #expect(result.error.contains(told) && result.error.contains("runs continue"), "\(result.error)")
    let pid = try #require(home.runDirectories.first.flatMap { BerthHome.started($0)?["child"] }.flatMap { pid_t($0) })
    #expect(kill(pid, 0) == 0)
  }

  @Test func `status shows on one screen who watches and what needs attention`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("bad", "exit 3"))
    let program = try beginToWatch(home)
    try home.wait(until: "the job has failed") { try program.output.contains("/bad failed") || !program.isAlive }
    let watched = try home.berth("status")
    #expect(watched.status == 0 && watched.output.contains("\(home.manifests) is watched by "), "\(watched.output)")
    #expect(watched.output.contains("attention  1 deployment FAILED: lab/machine/bad"), "\(watched.output)")
    #expect(try home.berth("doctor").output.contains("the watch of source \(home.manifests): "))
    program.signal(SIGKILL)
    _ = try program.wait()
    #expect(try home.berth("status").output.contains("Nobody watches."))
    #expect(try home.berth("status", "-o", "json").output.contains("\"kind\": \"Status\""))
  }
}
