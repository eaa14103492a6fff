import Diagnostics
import EngineInterface
import FleetModel
import Glibc
import ManifestSources
import Manifests
import ProcessEngine

/// Parts of Berth that are measured in a process of their own, as the floors are.
enum Part {
  /// Reading and decoding the files of a directory.
  case decode(directory: String)
  /// Running `true` through the process engine, `width` runs at once, from prepare to remove.
  case engine(directory: String, shim: String, count: Int, width: Int)
  /// Decisions on a load.
  case decisions(DecisionLoad)
  /// Simulating made-up jobs, or those of a file, with the scheduler.
  case trace(count: Int?, file: String?)

  init?(_ arguments: [String]) {
    guard arguments.first == "--part", arguments.count > 2 else { return nil }
    switch arguments[1] {
    case "decode": self = .decode(directory: arguments[2])
    case "engine":
      guard arguments.count == 6, let count = Int(arguments[4]), let width = Int(arguments[5]) else { return nil }
      self = .engine(directory: arguments[2], shim: arguments[3], count: count, width: width)
    case "decisions":
      guard let load = DecisionLoad(arguments.dropFirst(2)) else { return nil }
      self = .decisions(load)
    case "trace":
      let count = Int(arguments[2])
      self = .trace(count: count, file: count == nil ? arguments[2] : nil)
    default: return nil
    }
  }

  func run() async throws {
    switch self {
    case .decode(let directory):
      let inputs = try ManifestDirectory.read([.path(directory)]).files.map {
        ManifestText(displayPath: $0.displayPath, relativePath: $0.relativePath, bytes: $0.bytes)
      }
      ManifestReader.withSoundDocuments(in: inputs) { count in
        writeLine(1, "\(count) sound documents")
        // Exits here: to free their memory is no part of the measurement.
        exit(0)
      }
    case .engine(let directory, let shim, let count, let width):
      try await Self.drive(directory, shim, count, width)
    case .decisions(let load): measureDecisions(load)
    case .trace(let count, let file): try measureTrace(count: count, file: file)
    }
  }

  // MARK: The engine

  private static func drive(_ directory: String, _ shim: String, _ count: Int, _ width: Int) async throws {
    let engine = try LocalProcessEngine(
      settings: ProcessEngineSettings(
        runs: "\(directory)/runs", work: "\(directory)/work", shim: shim, environment: ["PATH": "/usr/bin:/bin"],
        containment: .automatic))
    var cursor = try await engine.observe().cursor
    let begin = ContinuousClock.now
    var begun = 0
    var ended: Set<RunName> = []
    try await withThrowingTaskGroup(of: Void.self) { group in
      while ended.count < count {
        while begun < count, begun - ended.count < width {
          begun += 1
          let request = request(begun)
          group.addTask {
            let handle = try await engine.prepare(request)
            _ = try await engine.launch(handle, of: request, secrets: [:])
          }
        }
        let changes = try await engine.changes(since: cursor)
        cursor = changes.cursor
        for (name, observation) in changes.runs {
          if case .ended = observation { ended.insert(name) }
        }
      }
      try await group.waitForAll()
    }
    let elapsed = begin.duration(to: .now) / .seconds(1)
    for name in ended.sorted() { try await engine.remove(name) }
    writeLine(1, "\(elapsed) seconds, \(count) runs")
  }

  private static func request(_ number: Int) -> RunRequest {
    let cluster = ClusterIdentity(organization: "vision", name: "lab")
    let resources = Resources(ramBytes: 64 << 20, cpuMilli: 100, gpuMilli: 0)
    let spec = DeploymentSpec(
      traits: DeploymentTraits(resources: resources), user: "ada", image: "true", command: ["/bin/true"])
    return RunRequest(
      name: RunName(text: "berth-bench\(number)"), deployment: DeploymentIdentity(cluster: cluster, name: "train"),
      source: "default", generation: 1, attempt: 1, spec: spec, gpus: [])
  }
}
