import Testing

@testable import BerthCommands

@Suite struct ManualTests {
  private func page() throws -> [Substring] {
    ManualPage(try CommandInfo(help: Root._dumpHelp()), version: "1.2.3", date: "2026-01-02").text
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func `every command and option is in the manual`() throws {
    let page = try page()
    #expect(page.first == ".TH BERTH 1 2026-01-02 \"berth 1.2.3\" \"User Commands\"")
    let text = page.joined(separator: "\n")
    for command in try #require(try CommandInfo(help: Root._dumpHelp()).subcommands) where command.commandName != "help"
    {
      #expect(text.contains(".SS berth \(ManualPage.escaped(command.commandName))"), "\(command.commandName)")
      for argument in command.arguments ?? [] where argument.kind != "positional" && argument.shouldDisplay {
        let name = try #require(argument.mainName)
        #expect(text.contains("\\fB\(ManualPage.escaped(name))\\fR"), "\(name)")
      }
    }
    #expect(text.contains("\\fB\\-\\-wait\\fR[=\\fIgoal\\fR]"))
  }

  @Test func `every line is text or a known macro`() throws {
    let macros = [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".br"]
    for line in try page() {
      if line.hasPrefix(".") { #expect(macros.contains(String(line.prefix { $0 != " " })), "\(line)") }
      #expect(!line.hasPrefix("'") && !line.hasSuffix(" "), "\(line)")
      #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(line)")
      // A backslash begins an escape of roff.
      for part in line.split(separator: "\\", omittingEmptySubsequences: false).dropFirst() {
        #expect(["f", "e", "-", "(", "[", "&"].contains { part.hasPrefix($0) }, "\(line)")
      }
    }
  }

  @Test func `prose can not be taken for a macro`() {
    #expect(ManualPage.escaped(".so /etc") == "\\&.so /etc")
    #expect(ManualPage.escaped("it's a-b\\n…") == "it\\(aqs a\\-b\\en\\[u2026]")
    for line in ManualPage.prose(String(repeating: ".a 'b ", count: 60)) {
      #expect(!line.hasPrefix(".") && !line.hasPrefix("'") && line.count <= 80)
    }
  }
}
