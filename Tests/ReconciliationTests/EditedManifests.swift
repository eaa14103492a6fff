import FleetModel
import Foundation
import TestKit

/// Manifests of one source that a generator edits, and the environment variables that they refer to.
struct EditedManifests {
  struct Deployment {
    var name: String
    var cluster = "vision/lab"
    var user = "ada"
    var image = 1
    var isService = false
    var dependsOn: [String] = []
    var secret: String?
    var renamedFrom: String?
    var warns = false
    var isSuspended = true

    var text: String {
      var more: [String] = []
      if isService { more.append("mode: service") }
      if !dependsOn.isEmpty { more.append("dependsOn: [\(dependsOn.joined(separator: ", "))]") }
      if let secret { more.append("env: {TOKEN: {\(secret)}}") }
      if warns { more.append("expectedRuntime: 3h, maxRuntime: 2h") }
      if isSuspended { more.append("suspend: true") }
      return """
        ---
        apiVersion: berth/v1
        kind: Deployment
        metadata: {name: \(name)\(renamedFrom.map { ", renamedFrom: \($0)" } ?? "")}
        spec: {cluster: \(cluster), user: \(user), image: "a:\(image)", command: [x], resources: {ram: 2Gi, cpu: 1}\
        \(more.map { ", " + $0 }.joined())}

        """
    }
  }

  var generator: SeededGenerator
  var files: [String: [Deployment]] = [:]
  var comments: [String: Int] = [:]
  var broken: Set<String> = []
  var labRAM = 8
  var isBobActive = true
  var hasCarl = false
  var labName = "lab"
  var labFormerName: String?
  var environment: [String: String] = ["A": "1"]
  private var serial = 0

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    for file in 0..<6 {
      files["f\(file).yaml"] = (0..<4).map { index in Deployment(name: "d\(file)-\(index)") }
    }
    files["f1.yaml"]?[0].isService = true
    files["f2.yaml"]?[0].dependsOn = ["d1-0"]
    files["f2.yaml"]?[1].dependsOn = ["other/far/x"]
    files["f3.yaml"]?[1].secret = "fromEnv: A"
    files["f4.yaml"]?[2].secret = "fromFile: token.txt"
  }

  /// Every file's text, by name.
  var texts: [String: String] {
    var texts: [String: String] = [:]
    texts["base.yaml"] = [
      BaseManifests.organization(), BaseManifests.user("ada"), BaseManifests.user("bob", "active: \(isBobActive)"),
      BaseManifests.cluster(
        labName, capacity: "{ram: \(labRAM)Gi, cpu: 4, gpu: 2}",
        metadata: labFormerName.map { "renamedFrom: \($0)" } ?? ""),
    ].joined(separator: "---\n")
    if hasCarl { texts["carl.yaml"] = BaseManifests.user("carl") }
    for (name, deployments) in files {
      var text = (comments[name].map { "# \($0)\n" } ?? "") + deployments.map(\.text).joined()
      if broken.contains(name) { text += "---\nkind: [\n" }
      texts[name] = text
    }
    return texts
  }

  private mutating func file() -> String? { files.keys.sorted().randomElement(using: &generator) }

  private mutating func place() -> (file: String, index: Int)? {
    guard let file = file(), let count = files[file]?.count, count > 0 else { return nil }
    return (file, generator.below(count))
  }

  private mutating func name() -> String? {
    guard let (file, index) = place() else { return nil }
    return files[file]?[index].name
  }

  /// Makes one random edit.
  mutating func edit() {
    guard let (file, index) = place(), let other = self.file() else { return restore() }
    serial += 1
    switch generator.below(30) {
    case 0...5: files[file]?[index].image += 1
    case 6: files[file]?[index].isService.toggle()
    case 7, 8:
      if let name = name() { files[file]?[index].dependsOn = [name] }
    case 9: files[file]?[index].dependsOn = []
    case 10: files[file]?[index].dependsOn = [generator.below(2) == 0 ? "other/far/x" : "nowhere"]
    case 11, 12: files[other]?.append(Deployment(name: "n\(serial)"))
    case 13: files[file]?.remove(at: index)
    case 14, 15:
      let moved = files[file]?.remove(at: index)
      if let moved { files[other]?.append(moved) }
    case 16:
      let former = files[file]?[index].name
      files[file]?[index].renamedFrom = former
      files[file]?[index].name = "r\(serial)"
    case 17: files[file]?[index].renamedFrom = nil
    case 18:
      let copy = files[file]?[index]
      if let copy, generator.below(3) == 0 { files[other]?.append(copy) }
    case 19, 20: comments[file] = serial
    case 21:
      let moved = files.removeValue(forKey: file)
      files["g\(serial).yaml"] = moved
    case 22:
      files[file]?[index].secret = ["fromEnv: A", "fromEnv: B", "fromFile: token.txt"].randomElement(using: &generator)
    case 23: environment[generator.below(2) == 0 ? "A" : "B"] = generator.below(3) == 0 ? nil : "\(serial)"
    case 24: labRAM = generator.below(6) == 0 ? 1 : 8 + generator.below(3)
    case 25: isBobActive.toggle()
    case 26:
      hasCarl.toggle()
      files[file]?[index].user = ["ada", "bob", "carl"].randomElement(using: &generator) ?? "ada"
    case 27: files[file]?[index].warns.toggle()
    case 28: if broken.remove(file) == nil, generator.below(2) == 0 { broken.insert(file) }
    default:
      files[file]?[index].isSuspended.toggle()
      if generator.below(4) == 0 { files[other] = nil }
    }
  }

  /// Replaces the manifests by valid ones.
  mutating func restore() {
    let comments = comments
    let former = environment
    let next = generator.next()
    self = EditedManifests(seed: next)
    self.comments = comments
    environment = former
  }
}
