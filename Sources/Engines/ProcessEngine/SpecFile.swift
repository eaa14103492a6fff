import EngineInterface
import FleetModel

/// The file `spec` of a run: pairs of NUL-terminated texts, as `Sources/Engines/ProcessShim/spec.c` describes them.
enum SpecFile {
  /// Name of the shim's environment variable that carries the value of the secret with an index.
  static func secretVariable(_ index: Int) -> String { "BERTH_SECRET_\(index)" }

  /// Returns the bytes of a run's spec. They contain no secret's value.
  static func bytes(
    of request: RunRequest, boot: String, home: String, directory: String, settings: ProcessEngineSettings
  ) throws(EngineError) -> [UInt8] {
    let traits = request.spec.traits
    var fields: [(String, String)] = [
      ("version", "1"), ("boot", boot), ("home", home), ("directory", directory),
      ("deployment", request.deployment.text), ("source", request.source),
      ("containment", settings.containment.rawValue),
      ("grace", "\(traits.stopGrace.nanoseconds)"),
      ("maxRuntime", "\(traits.maxRuntime?.nanoseconds ?? 0)"),
      ("ram", "\(traits.resources.ramBytes)"), ("cpu", "\(traits.resources.cpuMilli)"),
      ("log", "\(settings.logBytes)"),
    ]
    if let owner = settings.owner { fields += [("installation", owner.installation), ("state", owner.state)] }
    if let leases = settings.gpuLeases {
      let leased = request.gpus.filter { leases.exists(slot: $0.slot) }
      if !leased.isEmpty { fields.append(("leases", leases.directory)) }
      for share in leased { fields.append(("gpu", "\(share.slot) \(share.milli)")) }
    }
    if let files = settings.openFiles { fields.append(("files", "\(files)")) }
    guard !request.spec.command.isEmpty else { throw .terminal("the process engine needs a command") }
    for argument in request.spec.command { fields.append(("argument", argument)) }
    let secrets = request.spec.secretReferences
    let variables = variables(of: request, directory: directory, settings: settings)
    for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
      guard !name.isEmpty, !name.contains("=") else { throw .terminal("`\(name)` can't be the name of a variable") }
      switch value {
      case .text(let text): fields.append(("environment", "\(name)=\(text)"))
      case .secret(let reference):
        // The reference is in the list, which was made from the same values.
        guard let index = secrets.firstIndex(of: reference) else { throw .terminal("unknown secret of `\(name)`") }
        fields.append(("secret", "\(name)=\(index)"))
      }
    }
    var bytes: [UInt8] = []
    for (key, value) in fields {
      guard !value.utf8.contains(0) else { throw .terminal("a NUL byte in the \(key)") }
      bytes += key.utf8
      bytes.append(0)
      bytes += value.utf8
      bytes.append(0)
    }
    return bytes
  }

  /// Returns the environment of a run: variables of the settings, overridden by those of the spec, overridden by
  /// Berth's own.
  private static func variables(
    of request: RunRequest, directory: String, settings: ProcessEngineSettings
  ) -> [String: TextOrSecret] {
    var variables: [String: TextOrSecret] = settings.environment.mapValues { .text($0) }
    variables.merge(request.spec.env) { _, own in own }
    let slots = Set(request.gpus.map(\.slot)).sorted()
    let cluster = request.deployment.cluster
    var ours = [
      "BERTH_ATTEMPT": "\(request.attempt)",
      "BERTH_CLUSTER": cluster.text,
      "BERTH_DEPLOYMENT": request.deployment.text,
      "BERTH_GENERATION": "\(request.generation)",
      "BERTH_IMAGE": request.spec.image,
      "BERTH_ORGANIZATION": cluster.organization,
      "BERTH_RUN": request.name.text,
      "BERTH_WORK": directory,
      // Empty: no device is visible. Unset would mean all of them.
      "CUDA_VISIBLE_DEVICES": slots.map(String.init).joined(separator: ","),
    ]
    if let root = request.sourceRoot { ours["BERTH_SOURCE"] = root }
    variables.merge(ours.mapValues { .text($0) }) { _, own in own }
    return variables
  }

  /// Returns the value of the first field with a key.
  static func value(of key: String, in bytes: [UInt8]) -> String? {
    let texts = bytes.split(separator: 0, omittingEmptySubsequences: false)
    for index in stride(from: 0, to: texts.count - 1, by: 2) where texts[index].elementsEqual(key.utf8) {
      return String(decoding: texts[index + 1], as: UTF8.self)
    }
    return nil
  }
}
