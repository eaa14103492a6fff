extension DiagnosticCatalog {
  /// Errors in single values.
  static let valueEntries: [Entry] = [
    Entry(
      .wrongShape, "a mapping, list or value where another is meant",
      """
      The field takes another shape than the one found.
      """,
      wrong: "command: python train.py",
      right: "command: [python, train.py]"),
    Entry(
      .nullValue, "nothing where a value is meant",
      """
      An empty value, `~` and `null` are all nothing. To use a field's default, leave the field out; for
      an empty text write "".
      """,
      wrong: "mode:",
      right: "mode: job"),
    Entry(
      .notBoolean, "something other than true and false",
      """
      Some programs read yes, no, on and off as booleans and some as texts. Manifests have true and false
      only.
      """,
      wrong: "active: yes",
      right: "active: true"),
    Entry(
      .numberSpelling, "a number that programs read differently",
      """
      A leading zero is octal to some programs, a colon means base 60, underscores are skipped by some,
      and infinity is no amount. Write plain decimal digits.
      """,
      wrong: "maxBypass: 010",
      right: "maxBypass: 10"),
    Entry(
      .outOfRange, "a number or quantity out of range",
      """
      Amounts are never negative, must fit the field's range, and have at most 18 digits. GPUs are whole,
      or a part below 1 where they are asked for.
      """,
      wrong: "resources: {ram: 1Gi, cpu: 1, gpu: 1.5}",
      right: "resources: {ram: 1Gi, cpu: 1, gpu: 2}"),
    Entry(
      .quantitySpelling, "a quantity without its unit, or with an unknown one",
      """
      Memory needs a unit: Ki, Mi, Gi, Ti, Pi are powers of 1024, and k, M, G, T, P powers of 1000. Cores
      are a decimal number, or thousandths with m.
      """,
      wrong: "resources: {ram: 16GB, cpu: 4}",
      right: "resources: {ram: 16G, cpu: 4}"),
    Entry(
      .durationSpelling, "a duration that is not a number and one unit",
      """
      Durations are a decimal number and one of d, h, m, s (or ms, us, ns). Several units in one are
      refused: write the sum in the smaller one.
      """,
      wrong: "maxRuntime: 1h30m",
      right: "maxRuntime: 90m"),
    Entry(
      .unknownWord, "a word that is none of those allowed",
      """
      The field takes one of a few words; the nearest is suggested.
      """,
      wrong: "mode: batch",
      right: "mode: job"),
    Entry(
      .missingField, "a required field that is left out",
      """
      The mapping shown needs the field. All others have a default, which `berth schema` states.
      """,
      wrong: "spec: {organizations: [vision]}",
      right: "spec: {email: ada@example.org, organizations: [vision]}"),
    Entry(
      .emptyText, "an empty text where one is needed",
      """
      The field means nothing without a text.
      """,
      wrong: "metadata: {name: \"\"}",
      right: "metadata: {name: train}"),
    Entry(
      .wrongVersion, "an unknown apiVersion",
      """
      This version of Berth reads berth/v1 only.
      """,
      wrong: "apiVersion: v1",
      right: "apiVersion: berth/v1"),
    Entry(
      .unknownKind, "a kind that does not exist",
      """
      Kinds are Organization, User, Cluster and Deployment.
      """,
      wrong: "kind: Job",
      right: "kind: Deployment"),
    Entry(
      .engineUnavailable, "an engine that this version does not have",
      """
      This version runs deployments with the engine `process` only, on the machine of Berth itself.
      Docker, Slurm and Kubernetes come later.
      """,
      wrong: "engine: {type: docker}",
      right: "engine: {type: process}"),
    Entry(
      .contradiction, "two settings that do not go together",
      """
      Each is possible by itself; together one of them can never come true. This is a warning.
      """,
      wrong: "{expectedRuntime: 3h, maxRuntime: 2h}",
      right: "{expectedRuntime: 1h, maxRuntime: 2h}"),
  ]
}
