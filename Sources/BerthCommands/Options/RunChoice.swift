import FleetModel
import StateStore

/// Choice of a deployment's run.
enum RunChoice: Equatable {
  case newest
  /// The run before the newest.
  case previous
  /// A run by name or `GENERATION.ATTEMPT`.
  case named(String)

  /// The chosen one of a deployment's runs, given latest first.
  /// - Parameter why: words after the deployment's name if it has no run; nil if the reason is unknown.
  func run(among runs: [RunRecord], of identity: DeploymentIdentity, why: String?) throws -> RunRecord {
    guard let newest = runs.first else {
      throw CommandError.notFound("\(identity.text) has no run yet", hint: why.map { "it \($0)" })
    }
    switch self {
    case .newest: return newest
    case .previous:
      if runs.count > 1 { return runs[1] }
      throw CommandError.notFound(
        "\(identity.text) has no previous run", hint: "it has had only one run; omit --previous")
    case .named(let name):
      if let run = runs.first(where: { $0.name.text == name || "\($0.generation).\($0.attempt)" == name }) {
        return run
      }
      let known = runs.prefix(10).map { "\($0.generation).\($0.attempt) (\($0.name.text))" }.joined(separator: ", ")
      throw CommandError.notFound("\(identity.text) has no run \"\(name)\"", hint: "its runs: \(known)")
    }
  }
}
