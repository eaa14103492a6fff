import ArgumentParser
import Diagnostics
import Manifests
import Reconciliation
import Reports

struct Validate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check manifests and report every error with its place.",
    discussion: """
      References to objects of other sources are checked against the recorded state, if there is one. \
      `berth explain CODE` explains an error.
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions
  @Option(help: ArgumentHelp("Source that owns the declared objects.", valueName: "name"))
  var source: String?

  func validate() throws {
    if let source { try OwnershipFlags.check(source: source) }
  }

  func run() async throws {
    try manifests.requirePath(for: Self.self)
    let loading = try ManifestLoading(manifests)
    let choice = SourceChoice(source, of: manifests.all)
    let known =
      try await StateSession(state)?.known(
        beside: choice, at: loading.binding, includingOwn: !loading.isDirectory) ?? KnownObjects()
    let loaded = try loading.load(known: known)
    let error = printing.error
    error.write(error.diagnostics(loaded.warnings))
    let objects = loaded.desired.declarations.count
    if objects == 0 {
      let hint = loading.usedStandardInput ? "did the program that writes to it fail?" : "check the path"
      throw CommandError.invalid([Diagnostic(.emptySource, "nothing is declared", at: nil, hint: hint)])
    }
    printing.output.write(
      "\(objects) object\(objects == 1 ? "" : "s") in \(loaded.files) file\(loaded.files == 1 ? "" : "s"): valid\n")
  }
}
