import Foundation
import TestKit
import Testing

/// The command line as people and scripts use it: streams, exit codes, mistakes.
extension EndToEndTests {
  /// Two jobs, the second after the first.
  private static let pipeline =
    LabManifests.base() + LabManifests.deployment("first", "true")
    + LabManifests.deployment("second", "true", dependsOn: ["first"])

  private func hasState(_ home: BerthHome) -> Bool { FileManager.default.fileExists(atPath: home.state) }

  @Test func `a wrong command line exits with 64 and shows the usage`() throws {
    let home = try BerthHome()
    for arguments in [
      ["bogus"], ["diff"], ["apply", "x", "--bogus"], ["apply", "x", "--wait=never"],
      ["apply", "x", "--timeout", "1m"],
      ["apply", "x", "--wait", "--timeout", "soon"], ["diff", "-", "-f", "-"], ["get", "-o", "xml"], ["diff", ""],
    ] {
      let result = try home.start(arguments).wait()
      #expect(result.status == 64, "\(arguments): \(result.error)")
      #expect(result.output.isEmpty && result.error.contains("Usage: berth"), "\(arguments): \(result.error)")
    }
    #expect(!hasState(home))
  }

  @Test func `a duration without a unit is answered with its spelling`() throws {
    let home = try BerthHome()
    let result = try home.start(["apply", "x", "--wait", "--timeout", "5"]).wait()
    #expect(result.error.contains("'--timeout <duration>': 5 has no unit: write 5s, 5m"), "\(result.error)")
  }

  /// Commands to paste stay on one line at 80 columns.
  @Test func `commands in help stand on one line`() throws {
    let home = try BerthHome()
    let completions = try home.bare("help", "completions").output
    #expect(completions.contains("berth completions bash > ~/.local/share/bash-completion/completions/berth\n"))
    #expect(completions.contains("berth completions zsh > ~/.zfunc/_berth\n"), "\(completions)")
    let manual = try home.bare("help", "man").output
    #expect(manual.contains("berth man > /usr/local/share/man/man1/berth.1\n"), "\(manual)")
  }

  /// A run ends unobserved, so that the recorded state is out of date.
  @Test func `get, describe and graph note runs that ended since the last record`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("short", "while ! test -e '\(home.out)/go'; do sleep 0.05; done"))
    #expect(try home.apply("--wait=started").status == 0)
    #expect(try home.berth("get").error == "")
    try "".write(toFile: "\(home.out)/go", atomically: true, encoding: .utf8)
    let note = "note: 1 run has ended since the last change was recorded; berth apply or berth watch records it\n"
    try home.wait(until: "it has ended") { try home.berth("get").error == note }
    // They show the end, and record nothing.
    #expect(try home.berth("get").output.contains("COMPLETED"))
    #expect(try home.berth("describe", "short").output.contains(#/Status +COMPLETED/#))
    #expect(try home.berth("why", "short").output.contains("COMPLETED"))
    #expect(try home.berth("graph").output.contains("COMPLETED"))
    #expect(try home.berth("get", "--status", "running").output.isEmpty)
    #expect(try home.berth("describe", "short").error == note)
    #expect(try home.berth("graph").error == note)
    #expect(try home.apply().status == 0)
    #expect(try home.berth("get").error == "")
    let again = try home.apply()
    #expect(again.error.hasSuffix("No changes; 1 done.\n"), "\(again.error)")
  }

  @Test func `describe takes several objects`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    #expect(try home.apply("--wait").status == 0)
    /// Returns a description without ages, which change from call to call.
    func text(_ words: String...) throws -> String {
      try home.start(["describe"] + words).wait().output.replacing(#/\([0-9a-z ]+ ago\)/#, with: "(ago)")
    }
    let both = try "\(text("first"))\n\(text("second"))"
    #expect(both.contains("Deployment \(LabManifests.cluster)/second"))
    #expect(try text("first", "second") == both)
    #expect(try text("deployments", "first", "second") == both)
    let json = try home.berth("describe", "first", "second", "-o", "json").output
    let values = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    #expect(values?.count == 2)
    #expect(try home.berth("describe", "first", "nothing").output.isEmpty)
    #expect(try home.berth("describe", "deployment").status == 64)
    // A cluster's identity does not name one of its deployments.
    let logs = try home.berth("logs", LabManifests.cluster)
    #expect(
      logs.status == 1 && logs.error.contains("use an identity or an end of it, such as \(LabManifests.cluster)/first"))
    #expect(!both.contains("the last 10"))
    for round in 1...4 {
      try home.write(LabManifests.base() + LabManifests.deployment("first", "true", more: ["rerun: r\(round)"]))
      #expect(try home.apply("--wait").status == 0)
    }
    let many = try text("first")
    #expect(
      many.contains("\nEvents (the last 10; all: berth events deployment/\(LabManifests.cluster)/first)\n"), "\(many)")
    #expect(try home.berth("events", "deployment/\(LabManifests.cluster)/first").status == 0)
  }

  @Test func `help and version go to standard output`() throws {
    let home = try BerthHome()
    for arguments in [["--help"], ["apply", "--help"], ["help", "get"], ["--version"]] {
      let result = try RunningProgram(BerthHome.berth, arguments, files: "\(home.root)/help").wait()
      #expect(result.status == 0 && !result.output.isEmpty && result.error.isEmpty, "\(arguments)")
    }
  }

  @Test func `every mistake of a directory is reported and nothing is recorded`() throws {
    let home = try BerthHome()
    try home.write("kind: [\n", to: "a.yaml")
    try home.write(LabManifests.base().replacingOccurrences(of: "creator", with: "crator"), to: "b.yaml")
    for command in ["validate", "diff", "apply"] {
      let result = try home.start([command, home.manifests] + (command == "apply" ? ["--yes"] : [])).wait()
      #expect(result.status == 1, "\(command)")
      #expect(result.output.isEmpty, "\(command): \(result.output)")
      #expect(result.error.contains("a.yaml:") && result.error.contains("b.yaml:"), "\(result.error)")
      #expect(result.error.contains("did you mean \"creator\""), "\(result.error)")
    }
    #expect(!hasState(home))
    let missing = try home.berth("diff", "\(home.root)/nowhere")
    #expect(missing.status == 1 && missing.error.contains("there is no file or directory"), "\(missing.error)")
  }

  @Test func `without a terminal apply needs --yes`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    let result = try home.berth("apply", home.manifests)
    #expect(result.status == 4 && result.error.contains("--yes"), "\(result.error)")
    #expect(result.output.contains("Plan: 5 to create"))
    #expect(!hasState(home))
  }

  @Test func `applying twice changes nothing, and a changed line is an update`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    #expect(try home.berth("diff", home.manifests, "--exit-code").status == 2)
    let first = try home.apply("--wait")
    #expect(first.status == 0, "\(first.error)")
    #expect(first.error.contains("lab/machine/second completed"), "\(first.error)")
    let again = try home.apply("--wait")
    #expect(again.status == 0)
    #expect(again.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete; 0 starting"))
    #expect(try home.berth("diff", home.manifests, "--exit-code").status == 0)
    try home.write(Self.pipeline.replacingOccurrences(of: "true", with: "exit 0"))
    let changed = try home.berth("diff", home.manifests, "--exit-code")
    #expect(changed.status == 2 && changed.output.contains("-/+ first"), "\(changed.output)")
  }

  @Test func `a deleted file prunes dependants first, and many need a confirmation`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    try home.write(
      LabManifests.deployment("a", "true")
        + ["b", "c", "d"].map { LabManifests.deployment($0, "true", dependsOn: ["a"]) }.joined(), to: "jobs.yaml")
    #expect(try home.apply("--wait").status == 0)
    try home.write(nil, to: "jobs.yaml")
    let refused = try home.apply()
    #expect(refused.status == 4, "\(refused.output)")
    #expect(refused.output.contains("--confirm-prune 4"), "\(refused.output)")
    #expect(try home.apply("--confirm-prune", "3").status == 4)
    let pruned = try home.apply("--confirm-prune", "4")
    #expect(pruned.status == 0, "\(pruned.output)\(pruned.error)")
    let order = pruned.error.split(separator: "\n").filter { $0.hasSuffix("deleted") }
    #expect(order.count == 4 && order.last?.contains("machine/a") == true, "\(pruned.error)")
    #expect(try home.berth("get", "deployments", "-o", "name").output == "")
    try home.write(nil)
    let empty = try home.apply()
    #expect(empty.status == 4 && empty.output.contains("--allow-empty"), "\(empty.output)")
  }

  @Test func `a failed job exits with 3 and its reason, and runs again on request`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("flaky", "test -e '\(home.out)/ready' || exit 7")
        + LabManifests.deployment("after", "true", dependsOn: ["flaky"]))
    let failed = try home.apply("--wait")
    #expect(failed.status == 3, "\(failed.error)")
    #expect(failed.error.contains("exited with status 7"), "\(failed.error)")
    #expect(failed.error.contains("lab/machine/after waits for flaky, which has FAILED"), "\(failed.error)")
    // It is not run again unasked.
    #expect(try home.apply("--wait").status == 3)
    #expect(try home.runs(of: "flaky").count == 1)
    try "".write(toFile: "\(home.out)/ready", atomically: true, encoding: .utf8)
    let retried = try home.apply("--wait", "--retry-failed=lab/machine/flaky")
    #expect(retried.status == 0, "\(retried.error)")
    #expect(try home.runs(of: "flaky").count == 2)
  }

  @Test func `a failed start exits with 3 even without --wait`() throws {
    let home = try BerthHome()
    let job = LabManifests.deployment("broken", "true").replacingOccurrences(of: "- sh\n", with: "- /no/such/program\n")
    try home.write(LabManifests.base() + job)
    let result = try home.apply()
    #expect(result.status == 3, "\(result.output)\(result.error)")
    #expect(result.error.contains("broken failed:"), "\(result.error)")
  }

  @Test func `a missing or empty directory is an error at once`() throws {
    let home = try BerthHome()
    let watch = try home.berth("watch", "\(home.root)/nowhere")
    #expect(watch.status == 1 && watch.error.contains("nowhere"), "\(watch.error)")
    let empty = "\(home.root)/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
    let validate = try home.berth("validate", empty)
    #expect(validate.status == 1 && validate.error.contains("BRT0074"), "\(validate.error)")
  }

  /// A run may be preempted by a job that another cluster's ended run released at the same moment.
  @Test func `simulate handles runs of several clusters that end at one moment`() throws {
    let home = try BerthHome()
    func job(_ name: String, _ cluster: String, _ rest: String) -> String {
      """
      ---
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: \(name)}
      spec: {cluster: o/\(cluster), user: u, image: i:1, command: ["true"], resources: {ram: 1Gi, cpu: 1}, \(rest)}

      """
    }
    func cluster(_ name: String) -> String {
      """
      ---
      apiVersion: berth/v1
      kind: Cluster
      metadata: {name: \(name)}
      spec: {organization: o, creator: u, capacity: {ram: 1Gi, cpu: 1}}

      """
    }
    try home.write(
      """
      apiVersion: berth/v1
      kind: Organization
      metadata: {name: o}
      ---
      apiVersion: berth/v1
      kind: User
      metadata: {name: u}
      spec: {email: u@example.org, organizations: [o]}

      """ + cluster("a") + cluster("b") + job("prep", "a", "expectedRuntime: 10m")
        + job("victim", "b", "expectedRuntime: 10m, priority: low")
        + job("head", "b", "expectedRuntime: 5m, priority: high, dependsOn: [a/prep]"))
    let result = try home.bare("simulate", home.manifests)
    #expect(result.status == 0 && !result.output.contains("never ended"), "\(result.output)\(result.error)")
  }

  @Test func `an interrupted apply exits with 130 and leaves its runs alive`() throws {
    let home = try BerthHome()
    let script =
      "touch '\(home.out)/begun'; while ! test -e '\(home.out)/go'; do sleep 0.02; done; echo done > '\(home.out)/end'"
    try home.write(LabManifests.base() + LabManifests.deployment("long", script))
    let program = try home.start(["apply", home.manifests, "--yes", "--wait"])
    try home.wait(until: "the job runs") { FileManager.default.fileExists(atPath: "\(home.out)/begun") }
    program.signal(SIGINT)
    let result = try program.wait()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error.contains("runs continue"), "\(result.error)")
    try "".write(toFile: "\(home.out)/go", atomically: true, encoding: .utf8)
    #expect(try home.apply("--wait").status == 0)
    #expect(home.lines(of: "end") == ["done"])
    #expect(try home.runs(of: "long").count == 1)
  }

  @Test func `a timeout exits with 3`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("long", "while ! test -e '\(home.out)/go'; do sleep 0.02; done"))
    let result = try home.apply("--wait", "--timeout", "300ms")
    #expect(result.status == 3 && result.error.contains("Timed out"), "\(result.error)")
    #expect(try home.apply("--wait=started").status == 0)
  }

  @Test func `standard input does not prune, and get -o yaml reads back the same`() throws {
    let home = try BerthHome()
    let all =
      Self.pipeline
      + LabManifests.deployment("odd", "printf '%s\\n' \"a: #b\"\necho \"$X\"", more: ["env: {X: \"1:30 \\u00e9 no\"}"])
    let first = try home.bare("apply", "-", "--yes", "--wait", "--state", home.state, input: all)
    #expect(first.status == 0, "\(first.error)")
    let yaml = try home.berth("get", "all", "-o", "yaml")
    #expect(yaml.status == 0)
    let diff = try home.bare("diff", "-f", "-", "--exit-code", "--state", home.state, input: yaml.output)
    #expect(diff.status == 0, "\(diff.output)\(diff.error)\n\(yaml.output)")
    #expect(diff.output.hasPrefix("6 objects unchanged."), "\(diff.output)")
    let part = try home.bare("diff", "-", "--exit-code", "--state", home.state, input: LabManifests.base())
    #expect(part.status == 0, "\(part.output)")
    #expect(try home.bare("diff", "-", "--prune", "--state", home.state, input: all).status == 64)
    let prunes = try home.bare(
      "diff", "-", "--exit-code", "--prune", "--source", "stdin", "--state", home.state, input: LabManifests.base())
    #expect(prunes.status == 2 && prunes.output.contains("3 to delete"), "\(prunes.output)")
  }

  @Test func `every -o json is valid JSON`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    let first = try home.berth("diff", home.manifests, "-o", "json")
    #expect(try object(first.output)["offline"] as? Bool == false)
    let offline = try home.berth("diff", home.manifests, "--offline", "-o", "json")
    #expect(try object(offline.output)["offline"] as? Bool == true)
    #expect(try home.apply("--wait", "-o", "json").status == 0)
    let plan = try object(try home.berth("diff", home.manifests, "-o", "json").output)
    #expect(plan["hasChanges"] as? Bool == false && plan["formatVersion"] as? Int == 1)
    let rows = try JSONSerialization.jsonObject(
      with: Data(try home.berth("get", "deployments", "-o", "json").output.utf8))
    let deployments = try #require(rows as? [[String: Any]])
    #expect(deployments.map { $0["status"] as? String } == ["COMPLETED", "COMPLETED"])
    #expect(Set(["id", "docker_image", "required_ram", "cluster_id", "started_at"]).isSubset(of: deployments[0].keys))
    _ = try object(try home.bare("schema").output)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `colors are for terminals unless they are asked for`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    #expect(try !home.berth("diff", home.manifests).output.contains("\u{1b}"))
    #expect(try home.berth("diff", home.manifests, "--color", "always").output.contains("\u{1b}[32m"))
    try home.write("kind: X\n", to: "x.yaml")
    #expect(try home.berth("diff", home.manifests, "--color", "always").error.contains("\u{1b}["))
  }

  @Test func `init makes manifests that apply, and overwrites nothing`() throws {
    let home = try BerthHome()
    let path = "\(home.root)/new/manifests"
    #expect(try home.bare("init", path).status == 0)
    #expect(try home.berth("validate", path).output == "5 objects in 3 files: valid\n")
    let applied = try home.berth("apply", path, "--yes", "--wait")
    #expect(applied.status == 0, "\(applied.error)")
    #expect(try home.berth("logs", "example/lab/train").output.contains("the mean is 50.5"))
    try FileManager.default.removeItem(atPath: "\(path)/lab.yaml")
    let again = try home.bare("init", path)
    #expect(again.status == 1 && again.error.contains("already exists"), "\(again.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(path)/lab.yaml"))
  }

  @Test func `a state in .berth is kept out of git`() throws {
    let home = try BerthHome()
    try home.write(Self.pipeline)
    let state = "\(home.root)/.berth/state.db"
    #expect(try home.bare("apply", home.manifests, "--yes", "--wait", "--state", state).status == 0)
    let file = "\(home.root)/.berth/.gitignore"
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "*\n")
    try "mine".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try home.bare("apply", home.manifests, "--yes", "--state", state).status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
  }

  @Test func `hash-password takes one line`() throws {
    let home = try BerthHome()
    let result = try home.bare("hash-password", input: "open sesame\n")
    #expect(result.status == 0 && result.output.hasPrefix("$y$") && result.output.hasSuffix("\n"))
    #expect(try home.bare("hash-password", input: "two\nlines\n").status == 1)
    #expect(try home.bare("hash-password", input: "\n").status == 1)
  }

  @Test func `explain knows the codes that validate prints`() throws {
    let home = try BerthHome()
    try home.write("kind: X\n")
    let code = try #require(try home.berth("validate", home.manifests).error.firstMatch(of: /BRT[0-9]{4}/))
    let result = try home.bare("explain", String(code.0))
    #expect(result.status == 0 && result.output.hasPrefix(String(code.0)), "\(result.output)")
    #expect(try home.bare("explain", "BRT9999").status == 1)
  }
}
