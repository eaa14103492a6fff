import Glibc

/// Manifests for the measurements.
enum Inputs {
  /// Writes deployments that depend only on one another, a hundred a file: 28 MB for 1,000 files.
  ///
  /// - Parameter isSuspended: whether they are suspended, so that none starts.
  static func deployments(files: Int, in directory: String, isSuspended: Bool) throws {
    try make(directory)
    try Text.write(base(capacity: "{ram: 1Ti, cpu: 256, gpu: 64}"), to: "\(directory)/base.yaml")
    for file in 0..<files {
      try Text.write(deployments(ofFile: file, isSuspended: isSuspended), to: path(ofFile: file, in: directory))
    }
  }

  /// Returns the organization, the user and a cluster of a capacity.
  private static func base(capacity: String) -> String {
    """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: vision}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada.lovelace}
    spec: {email: ada@example.org, organizations: [vision]}
    ---
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: lab}
    spec: {organization: vision, creator: ada.lovelace, capacity: \(capacity)}

    """
  }

  /// Returns the path of a file of `deployments`.
  static func path(ofFile file: Int, in directory: String) -> String {
    "\(directory)/deployments-\(padded(file, 4)).yaml"
  }

  /// Returns the text of one file of a hundred deployments.
  ///
  /// - Parameter tag: tag of the images; `nil`: the usual one.
  static func deployments(ofFile file: Int, isSuspended: Bool, tag: Int? = nil) -> String {
    var text = ""
    for position in 0..<100 {
      let number = file * 100 + position
      text += "---\napiVersion: berth/v1\nkind: Deployment\nmetadata: {name: train-\(padded(number, 6))}\nspec:\n"
      if isSuspended { text += "  suspend: true\n" }
      text += "  cluster: vision/lab\n  user: ada.lovelace\n"
      text += "  image: ghcr.io/vision/train:1.\(tag ?? number % 10)\n"
      text += "  command: [python, train.py, --seed, \"\(number)\"]\n"
      text += "  resources: {ram: \(1 + number % 16)Gi, cpu: \(1 + number % 8), gpu: \(number % 3)}\n"
      if position % 4 != 0 { text += "  dependsOn: [train-\(padded(number - 1, 6))]\n" }
      if position % 3 == 0 { text += "  priority: high\n" }
      if position % 2 != 0 { text += "  maxRuntime: \(1 + number % 12)h\n" }
      if position % 5 == 0 { text += "  env: {EPOCHS: \"\(number % 30)\"}\n" }
    }
    return text
  }

  /// Jobs of one cluster with 16 CPUs.
  struct Jobs {
    var count: Int
    var command = "[/bin/true]"
    var resources = "{ram: 64Mi, cpu: 1}"
    /// Whether each waits for the one before it.
    var isChain = false
    var isSuspended = false
  }

  static func jobs(_ jobs: Jobs, in directory: String) throws {
    try make(directory)
    var text = base(capacity: "{ram: 64Gi, cpu: 16}")
    for number in 0..<jobs.count {
      text += "---\napiVersion: berth/v1\nkind: Deployment\nmetadata: {name: job-\(padded(number, 5))}\nspec:\n"
      text += "  cluster: vision/lab\n  user: ada.lovelace\n  image: local/job\n  command: \(jobs.command)\n"
      text += "  resources: \(jobs.resources)\n"
      if jobs.isChain, number > 0 { text += "  dependsOn: [job-\(padded(number - 1, 5))]\n" }
      if jobs.isSuspended { text += "  suspend: true\n" }
    }
    try Text.write(text, to: "\(directory)/jobs.yaml")
  }

  static func make(_ directory: String) throws {
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw BenchmarkFailure("\(directory) can't be made") }
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
