import ArgumentParser
import Reports
import StateStore

struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the recorded state to a file, whole and consistent.",
    discussion: """
      The copy is that of the last commit, also while a watch or an apply works; it needs no other file beside it, and has the \
      permissions of the state. Nothing is overwritten. To go back to it, end all watches, move the files of the state away, and \
      put the copy in their place.

      Example: berth backup /srv/backups/berth-$(date +%F).db
      """)

  @Argument(help: ArgumentHelp("File to create.", valueName: "file"), completion: .file())
  var file: String
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard !file.isEmpty, file != "-" else { throw ValidationError("Name a file.") }
  }

  func run() async throws {
    let place = try state.place()
    StateNotes.tell(of: place)
    // Also one of an older Berth, best copied before it is migrated.
    let store = try StateStore.open(path: place.path, mode: .readOnly, acceptsOlderSchema: true)
    do {
      try store.backUp(to: file)
    } catch StateError.unsuitable(let path, let why) {
      throw CommandError.system("can't write the backup to \(path): \(why)", hint: "name another file")
    }
    printing.output.write(VisibleText.escaped(file) + "\n")
  }
}
