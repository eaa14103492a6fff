import Diagnostics
import FleetModel
import TestKit
import Testing

@testable import Manifests

/// Every spelling that a diagnostic proposes is accepted in the place of the one it is about, and means the same.
@Suite struct ProposedSpellingTests {
  /// Reads a deployment with one field set, and returns the diagnostics and the canonical spec.
  private func read(_ field: Field, _ value: String) -> (
    diagnostics: [Diagnostic], spec: DeploymentSpec?, name: String?
  ) {
    func text(_ other: Field, _ standard: String) -> String { field == other ? value : standard }
    let deployment = """
      ---
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: \(text(.name, "train"))}
      spec:
        cluster: vision/lab
        user: ada
        image: \(text(.image, "x:1"))
        command: [x]
        resources: {ram: \(text(.ram, "1Gi")), cpu: \(text(.cpu, "1")), gpu: \(text(.gpu, "0"))}
        maxRuntime: \(text(.maxRuntime, "30000d"))
        readyAfter: \(text(.readyAfter, "1s"))
        retry: {limit: \(text(.limit, "1"))}
        suspend: \(text(.suspend, "false"))
        mode: \(text(.mode, "job"))
        priority: \(text(.priority, "low"))

      """
    let text = BaseManifests.base(capacity: "{ram: 8Pi, cpu: 1000000, gpu: 100000}") + deployment
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    let result = ManifestReader().read([input])
    guard case .valid(let desired, _) = result else { return (result.diagnostics, nil, nil) }
    for declaration in desired.declarations {
      if case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity {
        return (result.diagnostics, spec, identity.name)
      }
    }
    return (result.diagnostics, nil, nil)
  }

  private enum Field: String, CaseIterable {
    case ram, cpu, gpu, maxRuntime, readyAfter, limit, image, name, suspend, mode, priority
  }

  /// The spellings that advice proposes.
  private func proposals(_ hint: String) -> [String] {
    var found: [String] = []
    if let match = hint.wholeMatch(of: /did you mean "?(.+?)"?\?/) { found.append(String(match.1)) }
    if let match = hint.firstMatch(of: /for example "(.+?)"/) { found.append(String(match.1)) }
    if let match = hint.wholeMatch(of: /write "(.+)"/) {
      found.append(String(match.1))
    } else if hint.hasPrefix("write "), !hint.hasPrefix("write a "), !hint.hasPrefix("write cores ") {
      for part in hint.dropFirst(6).split(separator: #/, or | or |, /#) {
        found.append(part.split(separator: " ").first.map(String.init) ?? "")
      }
    }
    return found.filter { $0 != "without" }
  }

  /// The value of the field in a spec, in base units.
  private func value(_ field: Field, _ spec: DeploymentSpec, _ name: String?) -> String {
    switch field {
    case .ram: "\(spec.traits.resources.ramBytes)"
    case .cpu: "\(spec.traits.resources.cpuMilli)"
    case .gpu: "\(spec.traits.resources.gpuMilli)"
    case .maxRuntime: "\(spec.traits.maxRuntime?.nanoseconds ?? 0)"
    case .readyAfter: "\(spec.traits.readyAfter.nanoseconds)"
    case .limit: "\(spec.traits.retry.limit)"
    case .image: spec.image
    case .name: name ?? ""
    case .suspend: "\(spec.traits.suspend)"
    case .mode: spec.traits.mode.rawValue
    case .priority: spec.traits.priority.text
    }
  }

  /// Checks that every proposal is accepted, and returns the values that they mean.
  private func values(_ field: Field, _ written: String) throws -> [String] {
    let diagnostics = read(field, written).diagnostics
    let hint = try #require(diagnostics.first?.hint, "\(field) \(written)")
    #expect(diagnostics.count == 1, "\(field) \(written)")
    return try proposals(hint).map { proposal in
      let (found, spec, name) = read(field, proposal)
      let accepted = try #require(spec, "\(field): \(written) → \(hint): \(found.map(\.message))")
      return value(field, accepted, name)
    }
  }

  @Test(
    arguments: [
      ("02:00:00", [7200]), ("1:30", [90, 5400]), ("010", [10, 8]), ("010m", [600, 480]), ("0x10s", [16]),
      ("1_000s", [1000]), ("1_000", [1000]), ("1e3s", [1000]), ("+5m", [300]), ("90", [90, 5400, 324_000, 7_776_000]),
      ("1h30m", [5400]), ("2 hours", [7200]), ("1w", [604_800]), ("5min", [300]), ("00", []),
    ] as [(String, [Int64])])
  func `a proposed duration means what was written`(written: String, seconds: [Int64]) throws {
    #expect(try values(.maxRuntime, written) == seconds.map { "\($0 * 1_000_000_000)" })
  }

  @Test(
    arguments: [
      ("1073741824", [1 << 30]), ("1500000000", [1_500_000_000]), ("16", [16 << 30, 16 << 20]),
      ("16384", [16 << 40, 16 << 30]),
      ("16GB", [16_000_000_000]), ("512mb", [512_000_000]), ("1gib", [1 << 30]), ("010Gi", [10 << 30, 8 << 30]),
      ("0x10Mi", [16 << 20]), ("1_024Mi", [1 << 30]), ("1e3Mi", [1000 << 20]), ("1024B", [1024]), ("+2Gi", [2 << 30]),
      (".5Gi", [1 << 29]), ("1 Gi", [1 << 30]),
    ] as [(String, [Int64])])
  func `a proposed amount of memory means what was written`(written: String, bytes: [Int64]) throws {
    #expect(try values(.ram, written) == bytes.map { "\($0)" })
  }

  @Test(arguments: [
    ("ghcr.io/Vision/Train:2.0", "ghcr.io/vision/train:2.0"), ("Train", "train"),
    ("a/B@sha256:\(String(repeating: "0", count: 64))", "a/b@sha256:\(String(repeating: "0", count: 64))"),
    ("localhost:5000/Vision/x:V1", "localhost:5000/vision/x:V1"),
  ])
  func `a proposed image keeps its tag and digest`(written: String, image: String) throws {
    #expect(try values(.image, written) == [image])
  }

  @Test(
    arguments: [
      ("müller", ["mueller"]), ("Müller_2", ["mueller-2"]), ("café", ["cafe"]), ("Łukasz", ["lukasz"]), ("данные", []),
      ("train.v2", ["train-v2"]), ("Train", ["train"]), ("日本", []), ("a\u{301}b", ["ab"]),
    ] as [(String, [String])])
  func `a proposed name has every letter of the written one`(written: String, names: [String]) throws {
    #expect(try values(.name, written) == names)
  }

  /// Odd spellings of every kind in every field: whatever is proposed is accepted.
  @Test func `whatever is proposed is accepted`() throws {
    var random = SeededGenerator(seed: 7)
    let numbers = [
      "0", "007", "08", "1:30", "1:2:3", "0x1F", "0o17", "0b101", "1_0", "1e2", "1e-2", "+3", ".5", "5.", "-1", "1.50",
      "1073741824", "99999999999", ".inf", "1,5", "½", "٣",
    ]
    let units = ["", "m", "s", "h", "Gi", "gb", "GiB", "B", "MB", " Mi", "hours", "min", "ms", "cores", "%"]
    let words = [
      "Yes", "off", "y", "True1", "Job", "servce", "hihg", "MEDIUM!", "Train_1", "ACME/Train:V1", "x:", "x:1:2",
    ]
    for field in Field.allCases {
      for _ in 0..<120 {
        let written = random.chance(75) ? random.pick(numbers) + random.pick(units) : random.pick(words)
        let (diagnostics, _, _) = read(field, "'" == written.prefix(1) ? "x" : written)
        for hint in diagnostics.compactMap(\.hint) {
          for proposal in proposals(hint) {
            #expect(read(field, proposal).spec != nil, "\(field): \(written) → \(hint)")
          }
        }
      }
    }
  }
}
