import FleetModel
import TestKit
import Testing

@testable import Reports

@Suite struct GraphTests {
  private func node(_ name: String, _ status: DeploymentStatus? = nil, _ reason: String? = nil) -> DeploymentGraph.Node
  {
    DeploymentGraph.Node(SamplePlans.on(name), status: status, reasonCode: reason)
  }

  /// A diamond, a service beside it, and something alone.
  private var diamond: DeploymentGraph {
    DeploymentGraph(
      [
        node("prepare", .completed), node("train-a", .running), node("train-b", .failed),
        node("evaluate", .pending, "dependencyFailed"), node("store", .running), node("alone", .cancelled),
      ],
      dependencies: edges([
        ("train-a", "prepare", .completed), ("train-b", "prepare", .completed), ("evaluate", "train-a", .completed),
        ("evaluate", "train-b", .completed), ("train-a", "store", .running),
      ]))
  }

  private func edges(_ edges: [(String, String, DependencyCondition)]) -> [DeploymentIdentity: [Dependency]] {
    var result: [DeploymentIdentity: [Dependency]] = [:]
    for (dependent, dependency, until) in edges {
      result[SamplePlans.on(dependent), default: []].append(Dependency(on: SamplePlans.on(dependency), until: until))
    }
    return result
  }

  @Test func `a tree shows a shared node once and refers back to it`() throws {
    try expect(GraphTree().text(diamond), isGolden: "graph.txt")
    let narrow = GraphTree(width: 40, palette: .ansi).text(diamond).replacing(/\u{1b}\[[0-9;]*m/, with: "")
    #expect(narrow.split(separator: "\n").count == GraphTree().text(diamond).split(separator: "\n").count)
  }

  @Test func `DOT and Mermaid have every node and edge`() throws {
    try expect(GraphText.dot(diamond), isGolden: "graph.dot")
    try expect(GraphText.mermaid(diamond), isGolden: "graph.mermaid")
  }

  @Test func `the drawing is the same for any order of the input`() throws {
    let text = GraphSVG(diamond, title: "<all> & \"more\"").text
    try expect(text, isGolden: "graph.svg")
    var shuffled: [DeploymentIdentity: [Dependency]] = [:]
    for edge in diamond.edges.reversed() {
      shuffled[diamond.nodes[edge.to].identity, default: []].append(
        Dependency(on: diamond.nodes[edge.from].identity, until: edge.until))
    }
    #expect(
      GraphSVG(DeploymentGraph(diamond.nodes.reversed(), dependencies: shuffled), title: "<all> & \"more\"").text
        == text)
  }

  @Test func `a deployment selects its dependencies and dependants`() {
    func names(_ name: String) -> [String] {
      diamond.narrowed(connected: true) { $0.identity.name == name }.nodes.map(\.identity.name)
    }
    #expect(names("train-b") == ["evaluate", "prepare", "train-b"])
    #expect(names("evaluate") == ["evaluate", "prepare", "store", "train-a", "train-b"])
    #expect(names("alone") == ["alone"])
  }

  /// Finding a name must not search all others, or this takes minutes.
  @Test func `a hundred thousand deployments are drawn`() {
    let graph = DeploymentGraph((0..<100_000).map { node("n\($0)") }, dependencies: [:])
    #expect(GraphTree().text(graph).utf8.count { $0 == UInt8(ascii: "\n") } == 100_000)
    #expect(GraphText.mermaid(graph).utf8.count { $0 == UInt8(ascii: "\n") } > 100_000)
  }

  @Test(arguments: 1...20)
  func `no box overlaps another, and edges go to the right`(seed: Int) {
    var numbers = SeededGenerator(seed: UInt64(seed))
    let count = 2 + numbers.below(120)
    var list: [(String, String, DependencyCondition)] = []
    for number in 1..<count {
      for _ in 0..<numbers.below(4) { list.append(("n\(number)", "n\(numbers.below(number))", .completed)) }
    }
    let graph = DeploymentGraph(
      (0..<count).map { node("n\($0)") }, dependencies: edges(list).mapValues { Set($0).sorted() })
    let layout = GraphLayout(graph)
    for edge in graph.edges { #expect(layout.positions[edge.from].column < layout.positions[edge.to].column) }
    for (left, place) in layout.positions.enumerated() {
      #expect(place.column >= 0 && place.column <= layout.columns - 1 && place.row >= 0 && place.row <= layout.rows)
      for other in layout.positions[(left + 1)...] where other.column == place.column {
        #expect(abs(other.row - place.row) > 0.85, "\(place) \(other)")
      }
    }
  }

  @Test func `ordering finds a drawing without crossings where there is one`() {
    // Two trees of depth three, interleaved by name.
    var list: [(String, String, DependencyCondition)] = []
    for number in 2..<32 { list.append(("n\(number)", "n\(number / 2)", .completed)) }
    let graph = DeploymentGraph((1..<32).map { node("n\($0)") }, dependencies: edges(list))
    #expect(LayeredOrder(graph, part: Array(graph.nodes.indices), layers: graph.layers).crossings == 0)
  }
}

/// Trees of deep and dense graphs: what is printed grows with the number of deployments.
@Suite struct LargeGraphTests {
  private func graph(_ count: Int, dependencies: (Int) -> [Int]) -> DeploymentGraph {
    func identity(_ number: Int) -> DeploymentIdentity { SamplePlans.on("n\(1_000_000 + number)") }
    var all: [DeploymentIdentity: [Dependency]] = [:]
    for number in 0..<count {
      all[identity(number)] = dependencies(number).map { Dependency(on: identity($0), until: .completed) }
    }
    return DeploymentGraph((0..<count).map { DeploymentGraph.Node(identity($0), status: .pending) }, dependencies: all)
  }

  /// Number of lines that show each deployment itself, with its status.
  private func shown(in text: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    for line in text.split(separator: "\n") where line.contains("PENDING") {
      guard let name = line.firstMatch(of: /n1\d{6}/)?.output else { continue }
      counts[String(name), default: 0] += 1
    }
    return counts
  }

  @Test(arguments: [10, 25, 26, 1000, 10_000])
  func `a long chain is shown in pieces`(count: Int) {
    let text = GraphTree().text(graph(count) { $0 == 0 ? [] : [$0 - 1] })
    #expect(shown(in: text).count == count && shown(in: text).values.allSatisfy { $0 == 1 })
    #expect(text.utf8.count < count * 150)
    let pieces = text.split(separator: "\n").count { $0.hasSuffix("continued") }
    #expect(pieces == (count - 2) / GraphTreeLines.deepest)
    #expect(text.split(separator: "\n").count { $0.hasSuffix("continued below") } == pieces)
  }

  @Test func `of many dependents that are shown elsewhere, the first are named`() {
    let text = GraphTree().text(graph(1000) { Array(0..<$0) })
    #expect(shown(in: text).count == 1000 && shown(in: text).values.allSatisfy { $0 == 1 })
    #expect(text.split(separator: "\n").count < 1000 * (GraphTreeLines.mostReferences + 3))
    #expect(text.contains("… and 990 more"))
  }

  @Test(arguments: 1...40)
  func `every deployment is shown once, and every dependency is shown or counted`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = random.from(2...120)
    let density = random.pick([2, 5, 40, 100])
    let graph = graph(count) { number in (0..<number).filter { _ in random.chance(density) } }
    let lines = GraphTreeLines(graph).lines
    #expect(lines.filter { $0.content == .deployment }.map(\.node).sorted() == Array(0..<count))
    let named = lines.count { ($0.content == .deployment || $0.content == .reference) && !$0.branch.isEmpty }
    let counted = lines.reduce(0) { if case .more(let number) = $1.content { $0 + number } else { $0 } }
    #expect(named + counted == graph.edges.count)
    #expect(lines.allSatisfy { $0.branch.count <= 3 * GraphTreeLines.deepest })
  }

  @Test func `a picture is refused if its edges would pass through too many layers`() {
    #expect(GraphSVG.excess(in: graph(2001) { _ in [] }) == "2001 deployments")
    #expect(GraphSVG.excess(in: graph(1000) { Array(0..<$0) }) == "499500 dependencies")
    #expect(GraphSVG.excess(in: graph(2000) { $0 == 0 ? [] : [$0 - 1] }) == nil)
  }
}
