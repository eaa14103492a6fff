import ArgumentParser
import Glibc
import Reports

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create a directory of example manifests.",
    discussion: """
      The manifests are commented and can be applied unchanged. Existing files are never overwritten.
      """)

  @Argument(help: ArgumentHelp("Directory to create.", valueName: "path"))
  var path = "manifests"
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard !path.isEmpty, path != "-" else { throw ValidationError("Name a directory.") }
  }

  func run() async throws {
    let files = StarterManifests.files.map { ("\(path)/\($0.name)", $0.text) }
    // All files or none: manifests mixed with foreign ones would be nobody's.
    for (file, _) in files where Surroundings.exists(file) {
      throw CommandError.system(
        "\(file) already exists; nothing was written", hint: "name another directory: berth init PATH")
    }
    try Self.makeDirectory(path)
    for (file, text) in files { try Self.write(text, to: file) }
    let error = printing.error
    for (file, _) in files { printing.output.write(VisibleText.escaped(file) + "\n") }
    let shown = Self.quoted(path)
    // Without a terminal, apply requires the answer on the command line.
    let answer = isatty(0) == 1 && error.isTerminal ? "" : " --yes"
    error.write(
      VisibleText.escaped("Next: berth diff \(shown), then berth apply \(shown)\(answer) --wait") + "\n")
  }

  /// A path quoted as one word for a shell.
  static func quoted(_ path: String) -> String {
    let isPlain = path.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_./+,:@".unicodeScalars.contains($0))
    }
    let word = path.hasPrefix("-") ? "./\(path)" : path
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  /// Creates a directory and its parents.
  private static func makeDirectory(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made == "/" ? String(part) : "/\(part)"
      if mkdir(made, 0o777) != 0, errno != EEXIST { throw Self.failure("create", made) }
    }
  }

  private static func write(_ text: String, to file: String) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("create", file) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { throw failure("write", file) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  private static func failure(_ verb: String, _ path: String) -> CommandError {
    .system(
      "can't \(verb) \(path): \(String(cString: strerror(errno)))", hint: "check the path and its permissions")
  }
}
