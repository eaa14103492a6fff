import EngineInterface
import FleetModel
import ProcessEngine

/// Keeps 16 runs of `true` going through the process engine, from prepare to remove, and prints how many a second.
///
///     berth-bench-launch RUNS-DIRECTORY SHIM COUNT automatic|tree
@main struct LaunchBench {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let count = Int(arguments[3]),
      let containment = ProcessEngineSettings.Containment(rawValue: arguments[4])
    else { return print("usage: berth-bench-launch RUNS-DIRECTORY SHIM COUNT automatic|tree") }
    let settings = ProcessEngineSettings(
      runs: "\(arguments[1])/runs", work: "\(arguments[1])/work", shim: arguments[2],
      environment: ["PATH": "/usr/bin:/bin"], containment: containment)
    let engine = try LocalProcessEngine(settings: settings)
    var cursor = try await engine.observe().cursor
    let begin = ContinuousClock.now
    var begun = 0
    var ended: Set<RunName> = []
    try await withThrowingTaskGroup(of: Void.self) { group in
      while ended.count < count {
        while begun < count, begun - ended.count < 16 {
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
          guard case .ended = observation, ended.insert(name).inserted else { continue }
        }
      }
      try await group.waitForAll()
    }
    let elapsed = begin.duration(to: .now)
    print("\(Int(Double(count) / (elapsed / .seconds(1)))) a second")
    for name in ended.sorted() { try await engine.remove(name) }
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
