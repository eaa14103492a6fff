import TestKit

/// A directory of manifests that a seed makes and changes, step by step.
struct GeneratedManifests {
  /// A deployment, as far as the changes go.
  struct Item {
    enum Kind: CaseIterable { case service, longJob, shortJob }
    var name: String
    var kind: Kind
    var version = 0
    var priority: String
    var cpu: Int
    var suspended = false
    var dependsOn: [String]
  }

  private var items: [Item] = []
  private var made = 0
  private var cpu: Int
  /// True if nothing ends by itself.
  private let isStill: Bool

  init(isStill: Bool, using numbers: inout SeededGenerator) {
    self.isStill = isStill
    cpu = Int.random(in: 3...6, using: &numbers)
    for _ in 0..<Int.random(in: 4...8, using: &numbers) { add(using: &numbers) }
  }

  /// The manifests.
  var text: String {
    items.reduce(LabManifests.base(cpu: cpu)) { text, item in
      let isService = item.kind == .service
      let script =
        item.kind == .shortJob
        ? "sleep 0.02" : "trap 'exit 0' TERM\nwhile :; do sleep 1 & wait $!; done"
      let more = [
        "mode: \(isService ? "service" : "job")", "priority: \(item.priority)", "suspend: \(item.suspended)",
        "env: {VERSION: \"\(item.version)\"}", "readyAfter: 0s",
      ]
      return text
        + LabManifests.deployment(
          item.name, script, cpu: "\(item.cpu)", dependsOn: item.dependsOn,
          more: isService ? more : Array(more.dropLast()))
    }
  }

  /// Changes a few things, as a commit does.
  mutating func change(using numbers: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...3, using: &numbers) {
      guard let index = items.indices.randomElement(using: &numbers) else { return add(using: &numbers) }
      switch Int.random(in: 0..<7, using: &numbers) {
      case 0: add(using: &numbers)
      case 1: remove(index)
      case 2: items[index].version += 1
      case 3: items[index].priority = Self.priorities.randomElement(using: &numbers) ?? "low"
      case 4: items[index].suspended.toggle()
      case 5: items[index].cpu = Int.random(in: 1...2, using: &numbers)
      default: cpu = Int.random(in: 3...6, using: &numbers)
      }
    }
  }

  private static let priorities = ["low", "medium", "high"]

  private mutating func add(using numbers: inout SeededGenerator) {
    made += 1
    var dependsOn: [String] = []
    if Bool.random(using: &numbers), let other = items.randomElement(using: &numbers) { dependsOn.append(other.name) }
    let kinds: [Item.Kind] = isStill ? [.service, .longJob] : Item.Kind.allCases
    items.append(
      Item(
        name: "work-\(made)", kind: kinds.randomElement(using: &numbers) ?? .service,
        priority: Self.priorities.randomElement(using: &numbers) ?? "low", cpu: Int.random(in: 1...2, using: &numbers),
        dependsOn: dependsOn))
  }

  private mutating func remove(_ index: Int) {
    let name = items.remove(at: index).name
    for index in items.indices { items[index].dependsOn.removeAll { $0 == name } }
  }
}
