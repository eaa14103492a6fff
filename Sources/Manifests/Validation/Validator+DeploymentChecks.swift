import FleetModel

extension Validator {
  /// Checks a deployment: its cluster and owner exist, the cluster can hold it, and its dependencies are valid.
  mutating func checkDeployment(_ index: Int, _ draft: DeploymentDraft) {
    checkOwner(index, draft)
    switch cluster(draft.cluster, from: index, at: draft.clusterSpan) {
    case .declared(let found):
      if documents[found].isSound, case .cluster(let cluster) = documents[found].spec {
        let place = related("cluster declared here", found)
        checkFit(index, draft, capacity: cluster.value.spec.capacity, [place])
        checkCommand(index, draft, engine: cluster.value.spec.engine)
      }
    case .known(let found):
      checkFit(index, draft, capacity: found.capacity, [])
      checkCommand(index, draft, engine: found.engine)
    case .unknown:
      break
    }
    checkDependencies(index, draft)
  }

  /// Reports a request that exceeds the whole cluster, whoever declares the cluster.
  private mutating func checkFit(
    _ index: Int, _ draft: DeploymentDraft, capacity: Resources, _ places: [Problem.Related]
  ) {
    let tooLarge = Dimension.allCases.filter { draft.traits.resources[$0] > capacity[$0] }
    if tooLarge.isEmpty { return }
    // What has completed as it is declared needs no room again.
    var hasCompleted = false
    if let ask = known.hasCompleted, let spec = resolvedSpec(of: documents[index]) {
      hasCompleted = ask(possiblyRecordedIdentities(of: index), spec)
    }
    let sentence = hasCompleted ? "has completed, and would not fit again" : "never fits"
    for dimension in tooLarge {
      let asked = draft.traits.resources[dimension]
      let amount = Resources.text(asked, of: dimension)
      let whole = Resources.text(capacity[dimension], of: dimension)
      let excess = Resources.text(asked - capacity[dimension], of: dimension)
      report(
        index,
        Problem(
          code: .neverFits,
          message:
            "\(sentence): requests \(amount) \(dimension.rawValue), the cluster \(draft.cluster.text) has \(whole)"
            + " in total, \(excess) too few",
          span: draft.requests[dimension], related: places,
          hint: hasCompleted
            ? "leave it: a smaller request would run it again"
            : "request at most \(whole)" + (largerCluster(for: draft, in: dimension).map { ", or \($0)" } ?? ""),
          severity: hasCompleted ? .warning : .error))
    }
  }

  /// Names the largest cluster of the organization that satisfies the whole request; `nil` if there is none.
  private func largerCluster(for draft: DeploymentDraft, in dimension: Dimension) -> String? {
    var best: (identity: ClusterIdentity, amount: Int64)?
    func consider(_ identity: ClusterIdentity, _ capacity: Resources) {
      guard identity.organization == draft.cluster.organization,
        Dimension.allCases.allSatisfy({ draft.traits.resources[$0] <= capacity[$0] })
      else { return }
      let amount = capacity[dimension]
      if let best, best.amount > amount || (best.amount == amount && best.identity < identity) { return }
      best = (identity, amount)
    }
    for (identity, found) in known.clusters.sorted(by: { $0.key < $1.key }) { consider(identity, found.capacity) }
    for (identity, index) in clusters.sorted(by: { $0.key < $1.key }) {
      if case .cluster(let cluster) = documents[index].spec { consider(identity, cluster.value.spec.capacity) }
    }
    return best.map { "use the cluster \($0.identity.text), which has \(Resources.text($0.amount, of: dimension))" }
  }

  private mutating func checkCommand(_ index: Int, _ draft: DeploymentDraft, engine: EngineSpec) {
    switch engine {
    case .process:
      guard draft.command.isEmpty else { return checkLength(index, draft) }
      report(
        index,
        Problem(
          code: .commandRequired, message: "missing field \"command\": the cluster's engine runs processes",
          span: documents[index].nameSpan,
          hint: "add a program and its arguments, for example command: [python, train.py]"))
    }
  }

  /// Reports a command or an environment with which no process can be started: execve(2). Secrets are not known here.
  private mutating func checkLength(_ index: Int, _ draft: DeploymentDraft) {
    // What is short as a whole, as nearly all is, has nothing long in it.
    if bytes(of: draft) <= CommandLimits.text { return }
    // Each text ends with a NUL, and a pointer leads to it.
    func size(_ text: some Collection<UInt8>) -> Int { text.count + 1 + MemoryLayout<Int>.size }
    var texts = draft.command.enumerated().map { ("argument \($0.offset + 1)", size($0.element.utf8)) }
    for (name, value) in draft.env.sorted(by: { $0.key < $1.key }) {
      if case .text(let text) = value { texts.append(("variable \(name)", size("\(name)=\(text)".utf8))) }
    }
    let hint = "move the content to a file, and pass its path"
    if let (what, bytes) = texts.first(where: { $0.1 > CommandLimits.text + MemoryLayout<Int>.size }) {
      let message = "\(what) has \(bytes - MemoryLayout<Int>.size) bytes; the system passes at most 128 KiB"
      report(index, Problem(code: .commandTooLong, message: message, span: documents[index].nameSpan, hint: hint))
    }
    let sum = texts.reduce(0) { $0 + $1.1 }
    if sum > CommandLimits.sum {
      let message = "command and environment have \(sum) bytes; the system passes less than 2 MiB"
      report(index, Problem(code: .commandTooLong, message: message, span: documents[index].nameSpan, hint: hint))
    }
  }

  /// Returns the size of a command and an environment together, with what each text needs besides.
  private func bytes(of draft: DeploymentDraft) -> Int {
    // A NUL, an equals sign and a pointer.
    let besides = 2 + MemoryLayout<Int>.size
    let arguments = draft.command.reduce(0) { $0 + $1.utf8.count + besides }
    return draft.env.reduce(arguments) { sum, entry in
      guard case .text(let text) = entry.value else { return sum }
      return sum + entry.key.utf8.count + text.utf8.count + besides
    }
  }
}

/// Limits of Linux for a new process, with the usual limit of the stack.
private enum CommandLimits {
  /// Bytes of one argument or variable, with its NUL.
  static let text = 128 << 10
  /// Bytes of all of them. A part of the system's 2 MiB is left for what the engine adds.
  static let sum = (2 << 20) - (64 << 10)
}
