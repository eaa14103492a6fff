import Foundation
import Testing

/// Files and standard input as a part of a source. The rest of the source stays.
extension EndToEndTests {
  @Test func `a part of a source may refer to the rest`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    try home.write(LabManifests.deployment("one", "true"), to: "one.yaml")
    try home.write(LabManifests.deployment("two", "exit 3", dependsOn: ["one"]), to: "two.yaml")
    #expect(try home.apply("--wait").status == 3)
    let part = try home.berth("apply", "\(home.manifests)/two.yaml", "--yes", "--source", home.manifests)
    #expect(part.status == 0 && part.output.contains("0 to delete"), "\(part.error)")
    // By itself, a file is a source of its own.
    let file = try home.berth("apply", "\(home.manifests)/two.yaml", "--yes")
    #expect(file.status == 4 && file.output.contains("deployment lab/machine/two belongs to source"), "\(file.output)")
    #expect(try home.berth("validate", "\(home.manifests)/two.yaml").status == 0)
    // A source that prunes must be whole.
    #expect(try home.berth("diff", "\(home.manifests)/two.yaml", "--prune", "--source", home.manifests).status == 1)
  }

  @Test func `an empty part is a mistake even if it is recorded`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    try home.write("# nothing yet\n", to: "empty.yaml")
    let (fleet, empty) = ("\(home.manifests)/fleet.yaml", "\(home.manifests)/empty.yaml")
    // A file's stamp is reliable once the file is a moment old.
    usleep(100_000)
    let unnamed = try home.berth("apply", fleet, empty, "--yes", "--prune")
    #expect(unnamed.status == 64 && unnamed.error.contains("pass --source NAME"), "\(unnamed.error)")
    #expect(try home.berth("apply", fleet, empty, "--yes", "--prune", "--source", "s").status == 0)
    for command in [["diff"], ["apply", "--yes"]] {
      let result = try home.start(command + [empty]).wait()
      #expect(result.status == 1 && result.error.contains("nothing is declared"), "\(command): \(result.output)")
    }
  }

  @Test func `--retry-failed accepts names and reports the wrong ones`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("good", "true") + LabManifests.deployment("bad", "exit 3"))
    #expect(try home.apply("--wait").status == 3)
    let unknown = try home.berth("diff", home.manifests, "--retry-failed=bda")
    #expect(unknown.status == 1 && unknown.error.contains("did you mean \"bad\"?"), "\(unknown.error)")
    let short = try home.berth("diff", home.manifests, "--retry-failed=bad")
    #expect(short.status == 0 && short.output.contains("1 starting") && short.error.isEmpty, "\(short.error)")
    let good = try home.berth("diff", home.manifests, "--retry-failed=good")
    #expect(good.status == 0 && good.error.contains("good is recorded as COMPLETED, not as FAILED"), "\(good.error)")
  }

  @Test func `a wrong number of confirmed deletions is reported`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    let some = (0..<5).map { LabManifests.deployment("job-\($0)", "true") }.joined()
    try home.write(some, to: "jobs.yaml")
    #expect(try home.apply("--wait").status == 0)
    try home.write(nil, to: "jobs.yaml")
    let wrong = try home.berth("diff", home.manifests, "--confirm-prune", "4")
    #expect(
      wrong.status == 4 && wrong.error.contains("--confirm-prune 4 was given, and it would delete 5"), "\(wrong.error)")
    #expect(try home.berth("diff", home.manifests, "--confirm-prune", "5").status == 0)
  }
}
