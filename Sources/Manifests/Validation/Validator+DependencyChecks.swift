import DependencyGraph
import FleetModel

extension Validator {
  /// Checks that a deployment's dependencies exist, are listed once, do not include itself, and can reach the awaited
  /// condition.
  mutating func checkDependencies(_ index: Int, _ draft: DeploymentDraft) {
    guard case .deployment(let own) = documents[index].identity else { return }
    var first: [DeploymentIdentity: Span] = [:]
    for entry in draft.dependsOn {
      guard let target = entry.name.deployment(in: own.cluster) else { continue }
      if let earlier = first[target] {
        report(
          index,
          Problem(
            code: .repeatedEntry, message: "deployment \(target.text) is listed twice", span: entry.name.span,
            related: [related("first listed here", index, earlier)], hint: "delete one of the two"))
        continue
      }
      first[target] = entry.name.span
      guard target != own else {
        report(
          index,
          Problem(
            code: .dependsOnItself, message: "deployment \(own.text) depends on itself", span: entry.name.span,
            hint: "delete the entry, or name another deployment"))
        continue
      }
      // A separate statement: as an argument it would be evaluated while a copy of the validator is alive, and every
      // report would copy all findings.
      let found = deployment(target, from: index, at: entry.name.span)
      guard let mode = mode(of: found) else { continue }
      guard mode == .service, entry.until == .completed else { continue }
      report(
        index,
        Problem(
          code: .completedService, message: "deployment \(target.text) is a service, which never completes",
          span: entry.untilSpan, hint: "write until: running, or remove it"))
    }
  }

  private func mode(of referent: Referent<KnownObjects.Deployment>) -> Mode? {
    switch referent {
    case .declared(let index): declaredMode(index)
    case .known(let found): found.mode
    case .unknown: nil
    }
  }

  private func declaredMode(_ index: Int) -> Mode? {
    guard documents[index].isSound, case .deployment(let draft) = documents[index].spec else { return nil }
    return draft.value.traits.mode
  }

  /// Returns the mode of a deployment, declared or known.
  func mode(of target: DeploymentIdentity) -> Mode? {
    if let index = deployments[target] { return declaredMode(index) }
    return known.deployment(target)?.mode
  }

  /// Maximum number of cycles shown at once.
  private static let cycles = 10

  /// One edge of the dependency graph.
  private struct Edge: Hashable {
    var dependent: Int
    var dependency: Int
  }

  /// Reports cycles of dependencies, including those through other sources.
  mutating func checkCycles() {
    if isPlainlyAcyclic { return }
    let known = reachableKnownDeployments()
    let names = (Array(deployments.keys) + known.keys).sorted()
    var numbers: [DeploymentIdentity: Int] = [:]
    for (number, name) in names.enumerated() { numbers[name] = number }
    var places: [Edge: (document: Int, span: Span)] = [:]
    var edges: Set<Edge> = []
    for (number, name) in names.enumerated() {
      if let index = deployments[name] {
        guard case .deployment(let draft) = documents[index].spec else { continue }
        for entry in draft.value.dependsOn {
          guard let target = entry.name.deployment(in: name.cluster).flatMap({ numbers[$0] }), target != number else {
            continue
          }
          let edge = Edge(dependent: number, dependency: target)
          if edges.insert(edge).inserted { places[edge] = (index, entry.name.span) }
        }
      } else {
        for target in known[name]?.dependsOn.compactMap({ numbers[$0] }) ?? [] where target != number {
          edges.insert(Edge(dependent: number, dependency: target))
        }
      }
    }
    for _ in 0..<Validator.cycles {
      let ordered = edges.map { (dependent: $0.dependent, dependency: $0.dependency) }
      let graph = DirectedGraph(nodeCount: names.count, edges: ordered)
      guard case .cycle(let cycle) = graph.topologicalOrder() else { return }
      let path = zip(cycle, cycle.dropFirst() + cycle.prefix(1)).map { Edge(dependent: $0, dependency: $1) }
      guard let first = path.firstIndex(where: { places[$0] != nil }) else { return }
      let turned = Array(path[first...] + path[..<first])
      reportCycle(turned.map { ($0.dependent, $0.dependency, places[$0]) }, names)
      // Search for the next cycle without this edge, so that each cycle is broken once.
      edges.remove(turned[0])
    }
  }

  /// Whether the documents depend on each other without a cycle, and on nothing else. True for nearly all inputs, and
  /// decided without sorting names. Kahn's algorithm (A. B. Kahn, Topological sorting of large networks, 1962).
  private var isPlainlyAcyclic: Bool {
    var unmet = [Int32](repeating: 0, count: documents.count)
    var edges: [(dependency: Int, dependent: Int)] = []
    for part in Parts.map(documents.count, { dependencies(of: $0) }) {
      guard let part else { return false }
      for edge in part { unmet[edge.dependent] += 1 }
      edges += part
    }
    var starts = [Int](repeating: 0, count: documents.count + 1)
    for edge in edges { starts[edge.dependency + 1] += 1 }
    for index in documents.indices { starts[index + 1] += starts[index] }
    var (ends, dependents) = (starts, [Int](repeating: 0, count: edges.count))
    for edge in edges {
      dependents[ends[edge.dependency]] = edge.dependent
      ends[edge.dependency] += 1
    }
    var ready = documents.indices.filter { unmet[$0] == 0 }
    var done = 0
    while let next = ready.popLast() {
      done += 1
      for dependent in dependents[starts[next]..<starts[next + 1]] {
        unmet[dependent] -= 1
        if unmet[dependent] == 0 { ready.append(dependent) }
      }
    }
    return done == documents.count
  }

  /// Returns the dependencies among the documents; `nil` if any leads to an object of another source.
  private func dependencies(of indices: Range<Int>) -> [(dependency: Int, dependent: Int)]? {
    var edges: [(dependency: Int, dependent: Int)] = []
    for index in indices {
      guard case .deployment(let own) = documents[index].identity, case .deployment(let draft) = documents[index].spec
      else { continue }
      for entry in draft.value.dependsOn {
        guard let target = entry.name.deployment(in: own.cluster) else { continue }
        guard let dependency = deployments[target] else {
          if known.deployment(target) == nil { continue }
          return nil
        }
        if dependency != index { edges.append((dependency, index)) }
      }
    }
    return edges
  }

  /// The known deployments that the documents depend on, directly or indirectly. A cycle that involves a document
  /// passes through no others.
  private func reachableKnownDeployments() -> [DeploymentIdentity: KnownObjects.Deployment] {
    var found: [DeploymentIdentity: KnownObjects.Deployment] = [:]
    var pending: [DeploymentIdentity] = []
    for (name, index) in deployments {
      guard case .deployment(let draft) = documents[index].spec else { continue }
      for entry in draft.value.dependsOn {
        if let target = entry.name.deployment(in: name.cluster), deployments[target] == nil { pending.append(target) }
      }
    }
    while let name = pending.popLast() {
      guard found[name] == nil, deployments[name] == nil, let deployment = known.deployment(name) else { continue }
      found[name] = deployment
      pending += deployment.dependsOn
    }
    return found
  }

  private mutating func reportCycle(
    _ path: [(dependent: Int, dependency: Int, place: (document: Int, span: Span)?)], _ names: [DeploymentIdentity]
  ) {
    guard let start = path.first?.place else { return }
    let shown = Abridgement(path, ends: 10)
    let places = shown.kept.compactMap { edge -> Problem.Related? in
      guard let place = edge.place, place != start else { return nil }
      return related(
        "\(names[edge.dependent].text) depends on \(names[edge.dependency].text)", place.document, place.span)
    }
    let left = shown.omitted
    let round =
      shown.first.map { names[$0.dependent].text } + (left > 0 ? ["(\(left) more)"] : [])
      + shown.last.map { names[$0.dependent].text } + [names[path[0].dependent].text]
    report(
      start.document,
      Problem(
        code: .dependencyCycle, message: "dependency cycle: \(round.joined(separator: " -> "))", span: start.span,
        related: places, hint: "delete one of these entries; otherwise none of them can ever start"))
  }
}
