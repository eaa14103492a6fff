extension DiagnosticCatalog {
  /// Errors in single values.
  static let valueEntries: [Entry] = [
    Entry(
      .wrongShape, "wrong type of value",
      """
      The field takes a value of another type: a map, a list or a single value.
      """,
      wrong: "command: python train.py",
      right: "command: [python, train.py]"),
    Entry(
      .nullValue, "unexpected null",
      """
      An empty value, `~` and `null` all mean null. To use the default of a field, leave the field
      out; for an empty string write "".
      """,
      wrong: "mode:",
      right: "mode: job"),
    Entry(
      .notBoolean, "invalid boolean",
      """
      Some programs read yes, no, on and off as booleans and some as strings. Manifests only accept
      true and false.
      """,
      wrong: "active: yes",
      right: "active: true"),
    Entry(
      .numberSpelling, "ambiguous number",
      """
      A leading zero means octal to some programs, a colon means base 60, some skip underscores, and
      infinity is not an amount. Write plain decimal digits.
      """,
      wrong: "maxBypass: 010",
      right: "maxBypass: 10"),
    Entry(
      .outOfRange, "number out of range",
      """
      Amounts are never negative, must be within the range of the field, and have at most 18 digits.
      GPUs are whole numbers; a request may also be a fraction below 1.
      """,
      wrong: "resources: {ram: 1Gi, cpu: 1, gpu: 1.5}",
      right: "resources: {ram: 1Gi, cpu: 1, gpu: 2}"),
    Entry(
      .quantitySpelling, "invalid quantity",
      """
      Memory needs a unit: Ki, Mi, Gi, Ti, Pi are powers of 1024, and k, M, G, T, P powers of 1000.
      Cores are a decimal number, or thousandths with m.
      """,
      wrong: "resources: {ram: 16GB, cpu: 4}",
      right: "resources: {ram: 16G, cpu: 4}"),
    Entry(
      .durationSpelling, "invalid duration",
      """
      A duration is a decimal number with one of the units d, h, m, s (or ms, us, ns). Several units
      in one duration are not accepted: write the sum in the smaller unit.
      """,
      wrong: "maxRuntime: 1h30m",
      right: "maxRuntime: 90m"),
    Entry(
      .unknownWord, "unknown keyword",
      """
      The field accepts a fixed set of words; the nearest one is suggested.
      """,
      wrong: "mode: batch",
      right: "mode: job"),
    Entry(
      .missingField, "missing field",
      """
      The map shown needs the field. Fields that are not required have a default, which `berth
      schema` states.
      """,
      wrong: "spec: {organizations: [vision]}",
      right: "spec: {email: ada@example.org, organizations: [vision]}"),
    Entry(
      .emptyString, "empty string",
      """
      The field has no meaning without a value.
      """,
      wrong: "metadata: {name: \"\"}",
      right: "metadata: {name: train}"),
    Entry(
      .wrongVersion, "unknown apiVersion",
      """
      This version of Berth only reads berth/v1. A file of another program, such as a Kubernetes
      manifest, is left out if a file `.berthignore` in its directory, or above it, names it.
      """,
      wrong: "apiVersion: v1",
      right: "apiVersion: berth/v1"),
    Entry(
      .unknownKind, "unknown kind",
      """
      The kinds are Organization, User, Cluster and Deployment.
      """,
      wrong: "kind: Job",
      right: "kind: Deployment"),
    Entry(
      .engineUnavailable, "engine not available",
      """
      This version only has the engine `process`, which runs deployments on the machine that Berth
      runs on. Docker, Slurm and Kubernetes will follow.
      """,
      wrong: "engine: {type: docker}",
      right: "engine: {type: process}"),
    Entry(
      .contradiction, "conflicting settings",
      """
      Each setting is possible by itself, but together one of them can never take effect. This is a
      warning.
      """,
      wrong: "{expectedRuntime: 3h, maxRuntime: 2h}",
      right: "{expectedRuntime: 1h, maxRuntime: 2h}"),
  ]
}
