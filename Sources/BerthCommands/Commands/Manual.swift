import ArgumentParser

struct Manual: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man",
    abstract: "Print the manual page berth(1).",
    discussion: """
      To read it:

      berth man | man -l -

      To install it:

      berth man > /usr/local/share/man/man1/berth.1
      """)

  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let info = try CommandInfo(help: Root._dumpHelp())
    printing.output.write(ManualPage(info, version: Root.configuration.version, date: Root.date).text)
  }
}
