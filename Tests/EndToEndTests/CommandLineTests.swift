import Foundation
import Testing

/// What somebody does who types, and what scripts build on: streams, exit codes, mistakes.
extension EndToEndTests {
  /// Two jobs, the second after the first.
  private static let pipeline =
    Fleet.base() + Fleet.deployment("first", "true") + Fleet.deployment("second", "true", dependsOn: ["first"])

  private func hasState(_ place: Workplace) -> Bool { FileManager.default.fileExists(atPath: place.state) }

  @Test func `a wrong command line exits with 64 and shows the usage`() throws {
    let place = try Workplace()
    for arguments in [
      ["bogus"], ["diff"], ["apply", "x", "--bogus"], ["apply", "x", "--wait=never"],
      ["apply", "x", "--timeout", "1m"],
      ["apply", "x", "--wait", "--timeout", "soon"], ["diff", "-", "-f", "-"], ["get", "-o", "xml"], ["diff", ""],
    ] {
      let result = try place.start(arguments).wait()
      #expect(result.status == 64, "\(arguments): \(result.error)")
      #expect(result.output.isEmpty && result.error.contains("Usage: berth"), "\(arguments): \(result.error)")
    }
    #expect(!hasState(place))
  }

  @Test func `a duration without a unit is answered with its spelling`() throws {
    let place = try Workplace()
    let result = try place.start(["apply", "x", "--wait", "--timeout", "5"]).wait()
    #expect(result.error.contains("'--timeout <duration>': 5 has no unit: write 5s, 5m"), "\(result.error)")
  }

  /// What is shown to be pasted is one line at 80 columns.
  @Test func `commands in help stand on one line`() throws {
    let place = try Workplace()
    let completions = try place.bare("help", "completions").output
    #expect(completions.contains("berth completions bash > ~/.local/share/bash-completion/completions/berth\n"))
    #expect(completions.contains("berth completions zsh > ~/.zfunc/_berth\n"), "\(completions)")
    let manual = try place.bare("help", "man").output
    #expect(manual.contains("berth man > /usr/local/share/man/man1/berth.1\n"), "\(manual)")
  }

  /// A run ends while nobody looks: what is recorded says otherwise, and what shows it says so.
  @Test func `get, describe and graph note runs that ended since the last record`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("short", "while ! test -e '\(place.out)/go'; do sleep 0.05; done"))
    #expect(try place.apply("--wait=started").status == 0)
    #expect(try place.berth("get").error == "")
    try "".write(toFile: "\(place.out)/go", atomically: true, encoding: .utf8)
    let note = "note: 1 run has ended since the last change was recorded; berth apply or berth watch records it\n"
    try place.wait(until: "it has ended") { try place.berth("get").error == note }
    #expect(try place.berth("describe", "short").error == note)
    #expect(try place.berth("graph").error == note)
    #expect(try place.apply().status == 0)
    #expect(try place.berth("get").error == "")
    let again = try place.apply()
    #expect(again.error.hasSuffix("No changes; 1 done.\n"), "\(again.error)")
  }

  @Test func `describe takes several objects`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    #expect(try place.apply("--wait").status == 0)
    /// Without the ages, which go on.
    func text(_ words: String...) throws -> String {
      try place.start(["describe"] + words).wait().output.replacing(#/\([0-9a-z ]+ ago\)/#, with: "(ago)")
    }
    let both = try "\(text("first"))\n\(text("second"))"
    #expect(both.contains("Deployment \(Fleet.cluster)/second"))
    #expect(try text("first", "second") == both)
    #expect(try text("deployments", "first", "second") == both)
    let json = try place.berth("describe", "first", "second", "-o", "json").output
    let values = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    #expect(values?.count == 2)
    #expect(try place.berth("describe", "first", "nothing").output.isEmpty)
    #expect(try place.berth("describe", "deployment").status == 64)
    // A cluster or an organization is none of its deployments.
    let logs = try place.berth("logs", Fleet.cluster)
    #expect(logs.status == 1 && logs.error.contains("use an identity or an end of it, such as \(Fleet.cluster)/first"))
    #expect(!both.contains("the last 10"))
    for round in 1...4 {
      try place.write(Fleet.base() + Fleet.deployment("first", "true", more: ["rerun: r\(round)"]))
      #expect(try place.apply("--wait").status == 0)
    }
    let many = try text("first")
    #expect(many.contains("\nEvents (the last 10; all: berth events deployment/\(Fleet.cluster)/first)\n"), "\(many)")
    #expect(try place.berth("events", "deployment/\(Fleet.cluster)/first").status == 0)
  }

  @Test func `help and version go to standard output`() throws {
    let place = try Workplace()
    for arguments in [["--help"], ["apply", "--help"], ["help", "get"], ["--version"]] {
      let result = try RunningProgram(Workplace.berth, arguments, files: "\(place.root)/help").wait()
      #expect(result.status == 0 && !result.output.isEmpty && result.error.isEmpty, "\(arguments)")
    }
  }

  @Test func `every mistake of a directory is reported and nothing is recorded`() throws {
    let place = try Workplace()
    try place.write("kind: [\n", to: "a.yaml")
    try place.write(Fleet.base().replacingOccurrences(of: "creator", with: "crator"), to: "b.yaml")
    for command in ["validate", "diff", "apply"] {
      let result = try place.start([command, place.manifests] + (command == "apply" ? ["--yes"] : [])).wait()
      #expect(result.status == 1, "\(command)")
      #expect(result.output.isEmpty, "\(command): \(result.output)")
      #expect(result.error.contains("a.yaml:") && result.error.contains("b.yaml:"), "\(result.error)")
      #expect(result.error.contains("did you mean \"creator\""), "\(result.error)")
    }
    #expect(!hasState(place))
    let missing = try place.berth("diff", "\(place.root)/nowhere")
    #expect(missing.status == 1 && missing.error.contains("there is no file or directory"), "\(missing.error)")
  }

  @Test func `without a terminal apply needs --yes`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    let result = try place.berth("apply", place.manifests)
    #expect(result.status == 4 && result.error.contains("--yes"), "\(result.error)")
    #expect(result.output.contains("Plan: 5 to create"))
    #expect(!hasState(place))
  }

  @Test func `applying twice changes nothing, and a changed line is an update`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    #expect(try place.berth("diff", place.manifests, "--exit-code").status == 2)
    let first = try place.apply("--wait")
    #expect(first.status == 0, "\(first.error)")
    #expect(first.error.contains("lab/machine/second completed"), "\(first.error)")
    let again = try place.apply("--wait")
    #expect(again.status == 0)
    #expect(again.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete; 0 starting"))
    #expect(try place.berth("diff", place.manifests, "--exit-code").status == 0)
    try place.write(Self.pipeline.replacingOccurrences(of: "true", with: "exit 0"))
    let changed = try place.berth("diff", place.manifests, "--exit-code")
    #expect(changed.status == 2 && changed.output.contains("-/+ first"), "\(changed.output)")
  }

  @Test func `a deleted file prunes dependants first, and many need a confirmation`() throws {
    let place = try Workplace()
    try place.write(Fleet.base())
    try place.write(
      Fleet.deployment("a", "true")
        + ["b", "c", "d"].map { Fleet.deployment($0, "true", dependsOn: ["a"]) }.joined(), to: "jobs.yaml")
    #expect(try place.apply("--wait").status == 0)
    try place.write(nil, to: "jobs.yaml")
    let refused = try place.apply()
    #expect(refused.status == 4, "\(refused.output)")
    #expect(refused.output.contains("--confirm-prune 4"), "\(refused.output)")
    #expect(try place.apply("--confirm-prune", "3").status == 4)
    let pruned = try place.apply("--confirm-prune", "4")
    #expect(pruned.status == 0, "\(pruned.output)\(pruned.error)")
    let order = pruned.error.split(separator: "\n").filter { $0.hasSuffix("deleted") }
    #expect(order.count == 4 && order.last?.contains("machine/a") == true, "\(pruned.error)")
    #expect(try place.berth("get", "deployments", "-o", "name").output == "")
    try place.write(nil)
    let empty = try place.apply()
    #expect(empty.status == 4 && empty.output.contains("--allow-empty"), "\(empty.output)")
  }

  @Test func `a failed job exits with 3 and its reason, and runs again on request`() throws {
    let place = try Workplace()
    try place.write(
      Fleet.base() + Fleet.deployment("flaky", "test -e '\(place.out)/ready' || exit 7")
        + Fleet.deployment("after", "true", dependsOn: ["flaky"]))
    let failed = try place.apply("--wait")
    #expect(failed.status == 3, "\(failed.error)")
    #expect(failed.error.contains("exited with status 7"), "\(failed.error)")
    #expect(failed.error.contains("lab/machine/after waits for flaky, which has FAILED"), "\(failed.error)")
    // Unasked it is not run again.
    #expect(try place.apply("--wait").status == 3)
    #expect(try place.runs(of: "flaky").count == 1)
    try "".write(toFile: "\(place.out)/ready", atomically: true, encoding: .utf8)
    let retried = try place.apply("--wait", "--retry-failed=lab/machine/flaky")
    #expect(retried.status == 0, "\(retried.error)")
    #expect(try place.runs(of: "flaky").count == 2)
  }

  @Test func `a failed start exits with 3 even without --wait`() throws {
    let place = try Workplace()
    let job = Fleet.deployment("broken", "true").replacingOccurrences(of: "- sh\n", with: "- /no/such/program\n")
    try place.write(Fleet.base() + job)
    let result = try place.apply()
    #expect(result.status == 3, "\(result.output)\(result.error)")
    #expect(result.error.contains("broken failed:"), "\(result.error)")
  }

  @Test func `a missing or empty directory is an error at once`() throws {
    let place = try Workplace()
    let watch = try place.berth("watch", "\(place.root)/nowhere")
    #expect(watch.status == 1 && watch.error.contains("nowhere"), "\(watch.error)")
    let empty = "\(place.root)/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
    let validate = try place.berth("validate", empty)
    #expect(validate.status == 1 && validate.error.contains("BRT0074"), "\(validate.error)")
  }

  /// A run may be preempted by what another cluster's end of the same moment has let start.
  @Test func `simulate handles runs of several clusters that end at one moment`() throws {
    let place = try Workplace()
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
    try place.write(
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
    let result = try place.bare("simulate", place.manifests)
    #expect(result.status == 0 && !result.output.contains("never ended"), "\(result.output)\(result.error)")
  }

  @Test func `an interrupted apply exits with 130 and leaves its runs alive`() throws {
    let place = try Workplace()
    let script =
      "touch '\(place.out)/begun'; while ! test -e '\(place.out)/go'; do sleep 0.02; done; echo done > '\(place.out)/end'"
    try place.write(Fleet.base() + Fleet.deployment("long", script))
    let program = try place.start(["apply", place.manifests, "--yes", "--wait"])
    try place.wait(until: "the job runs") { FileManager.default.fileExists(atPath: "\(place.out)/begun") }
    program.signal(SIGINT)
    let result = try program.wait()
    #expect(result.status == 130, "\(result.error)")
    #expect(result.error.contains("runs continue"), "\(result.error)")
    try "".write(toFile: "\(place.out)/go", atomically: true, encoding: .utf8)
    #expect(try place.apply("--wait").status == 0)
    #expect(place.lines(of: "end") == ["done"])
    #expect(try place.runs(of: "long").count == 1)
  }

  @Test func `a timeout exits with 3`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("long", "while ! test -e '\(place.out)/go'; do sleep 0.02; done"))
    let result = try place.apply("--wait", "--timeout", "300ms")
    #expect(result.status == 3 && result.error.contains("Timed out"), "\(result.error)")
    #expect(try place.apply("--wait=started").status == 0)
  }

  @Test func `standard input does not prune, and get -o yaml reads back the same`() throws {
    let place = try Workplace()
    let all =
      Self.pipeline
      + Fleet.deployment("odd", "printf '%s\\n' \"a: #b\"\necho \"$X\"", more: ["env: {X: \"1:30 \\u00e9 no\"}"])
    let first = try place.bare("apply", "-", "--yes", "--wait", "--state", place.state, input: all)
    #expect(first.status == 0, "\(first.error)")
    let yaml = try place.berth("get", "all", "-o", "yaml")
    #expect(yaml.status == 0)
    let diff = try place.bare("diff", "-f", "-", "--exit-code", "--state", place.state, input: yaml.output)
    #expect(diff.status == 0, "\(diff.output)\(diff.error)\n\(yaml.output)")
    #expect(diff.output.hasPrefix("6 objects unchanged."), "\(diff.output)")
    let part = try place.bare("diff", "-", "--exit-code", "--state", place.state, input: Fleet.base())
    #expect(part.status == 0, "\(part.output)")
    let prunes = try place.bare("diff", "-", "--exit-code", "--prune", "--state", place.state, input: Fleet.base())
    #expect(prunes.status == 2 && prunes.output.contains("3 to delete"), "\(prunes.output)")
  }

  @Test func `every -o json is valid JSON`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    let first = try place.berth("diff", place.manifests, "-o", "json")
    #expect(try object(first.output)["offline"] as? Bool == false)
    let offline = try place.berth("diff", place.manifests, "--offline", "-o", "json")
    #expect(try object(offline.output)["offline"] as? Bool == true)
    #expect(try place.apply("--wait", "-o", "json").status == 0)
    let plan = try object(try place.berth("diff", place.manifests, "-o", "json").output)
    #expect(plan["hasChanges"] as? Bool == false && plan["formatVersion"] as? Int == 1)
    let rows = try JSONSerialization.jsonObject(
      with: Data(try place.berth("get", "deployments", "-o", "json").output.utf8))
    let deployments = try #require(rows as? [[String: Any]])
    #expect(deployments.map { $0["status"] as? String } == ["COMPLETED", "COMPLETED"])
    #expect(Set(["id", "docker_image", "required_ram", "cluster_id", "started_at"]).isSubset(of: deployments[0].keys))
    _ = try object(try place.bare("schema").output)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `colors are for terminals unless they are asked for`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    #expect(try !place.berth("diff", place.manifests).output.contains("\u{1b}"))
    #expect(try place.berth("diff", place.manifests, "--color", "always").output.contains("\u{1b}[32m"))
    try place.write("kind: X\n", to: "x.yaml")
    #expect(try place.berth("diff", place.manifests, "--color", "always").error.contains("\u{1b}["))
  }

  @Test func `init makes manifests that apply, and overwrites nothing`() throws {
    let place = try Workplace()
    let path = "\(place.root)/new/manifests"
    #expect(try place.bare("init", path).status == 0)
    #expect(try place.berth("validate", path).output == "5 objects in 3 files: valid\n")
    let applied = try place.berth("apply", path, "--yes", "--wait")
    #expect(applied.status == 0, "\(applied.error)")
    #expect(try place.berth("logs", "example/lab/train").output.contains("the mean is 50.5"))
    try FileManager.default.removeItem(atPath: "\(path)/lab.yaml")
    let again = try place.bare("init", path)
    #expect(again.status == 1 && again.error.contains("already exists"), "\(again.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(path)/lab.yaml"))
  }

  @Test func `a state in .berth is kept out of git`() throws {
    let place = try Workplace()
    try place.write(Self.pipeline)
    let state = "\(place.root)/.berth/state.db"
    #expect(try place.bare("apply", place.manifests, "--yes", "--wait", "--state", state).status == 0)
    let file = "\(place.root)/.berth/.gitignore"
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "*\n")
    try "mine".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try place.bare("apply", place.manifests, "--yes", "--state", state).status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
  }

  @Test func `hash-password takes one line`() throws {
    let place = try Workplace()
    let result = try place.bare("hash-password", input: "open sesame\n")
    #expect(result.status == 0 && result.output.hasPrefix("$y$") && result.output.hasSuffix("\n"))
    #expect(try place.bare("hash-password", input: "two\nlines\n").status == 1)
    #expect(try place.bare("hash-password", input: "\n").status == 1)
  }

  @Test func `explain knows the codes that validate prints`() throws {
    let place = try Workplace()
    try place.write("kind: X\n")
    let code = try #require(try place.berth("validate", place.manifests).error.firstMatch(of: /BRT[0-9]{4}/))
    let result = try place.bare("explain", String(code.0))
    #expect(result.status == 0 && result.output.hasPrefix(String(code.0)), "\(result.output)")
    #expect(try place.bare("explain", "BRT9999").status == 1)
  }
}
