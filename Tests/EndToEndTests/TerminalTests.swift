import Foundation
import TestKit
import Testing

/// The real program on a pseudo-terminal of 80 columns, which script(1) makes.
extension EndToEndTests {
  /// Returns the output of the program to the terminal.
  private func onTerminal(
    _ home: BerthHome, _ command: String, environment: String = "", answer: String? = nil
  ) throws -> (text: String, status: Int32?) {
    let line =
      "stty cols 80 rows 24; exec env TERM=xterm \(environment) '\(BerthHome.berth)' \(command) --state '\(home.state)'"
    let files = "\(home.root)/terminal-\(UUID().uuidString)"
    if let answer { try "\(answer)\n".write(toFile: "\(files).in", atomically: true, encoding: .utf8) }
    let program = try RunningProgram(
      "/usr/bin/script", ["-qec", line, "/dev/null"], files: files, input: answer == nil ? "/dev/null" : "\(files).in")
    let result = try program.wait()
    return (result.output, result.status)
  }

  /// The rows of a terminal after a text: line feeds, carriage returns, and the few sequences that the program uses.
  private func screen(_ text: String) throws -> [String] {
    var rows = [""]
    var row = 0
    var column = 0
    var rest = text.unicodeScalars[...]
    func put(_ scalar: Unicode.Scalar) {
      var line = Array(rows[row].unicodeScalars)
      while line.count <= column { line.append(" ") }
      line[column] = scalar
      rows[row] = String(String.UnicodeScalarView(line))
      column += 1
    }
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        row += 1
        if row == rows.count { rows.append("") }
      case "\u{1b}":
        try #require(rest.popFirst() == "[")
        var parameters = ""
        while let next = rest.popFirst() {
          if !("0"..."9").contains(next), next != ";", next != "?" {
            switch next {
            case "m", "h", "l": break
            case "A": row = max(0, row - (Int(parameters) ?? 1))
            case "K": if parameters == "2" { rows[row] = "" }
            default: Issue.record("an unexpected sequence ends with \(next)")
            }
            break
          }
          parameters.unicodeScalars.append(next)
        }
      default: put(scalar)
      }
    }
    return rows.map { $0.replacing(#/ +$/#, with: "") }
  }

  @Test func `on a terminal the board is drawn in home and removed at the end`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("first", "sleep 1")
        + LabManifests.deployment("second", "sleep 1; exit 3", dependsOn: ["first"])
        + LabManifests.deployment("third", "true", dependsOn: ["second"]))
    let (text, status) = try onTerminal(home, "apply '\(home.manifests)' --yes --wait")
    #expect(status == 3, "\(text)")
    // The board was drawn, without hiding the cursor or clearing more than its own lines.
    #expect(text.contains("lab/machine/first") && text.contains("running"), "\(text)")
    #expect(text.contains("0 of 3 done") && text.contains("\u{1b}[?2026h"), "\(text)")
    #expect(!text.contains("\u{1b}[?25l") && !text.contains("\u{1b}[2J") && !text.contains("\u{1b}[J"))
    let rows = try screen(text)
    let summary = try #require(rows.firstIndex { $0.hasPrefix("Plan: 6 to create") })
    // Broken at a word, where the line is too long for the terminal.
    #expect(rows[summary + 1] == "  waiting, 0 preempted.", "\(rows)")
    let end = rows[(summary + 2)...].filter { !$0.isEmpty }
    #expect(!end.contains { $0.contains("of 3 done") || $0.contains("running") }, "\(end)")
    let untimed = end.map { $0.replacing(#/^[0-9:]{8} /#, with: "").replacing(#/ after [0-9]+s/#, with: "") }
    // A duration is left out if the start was seen so late that it would be wrong.
    #expect(untimed.first == "lab/machine/first  completed", "\(end)")
    #expect(untimed.contains("lab/machine/second failed: exited with status 3; no retry is left"), "\(end)")
    #expect(end.last == "Not converged: 1 done, 1 held, 1 failed.", "\(end)")
  }

  /// Such a plan names times that move with the clock, and yet it is the one that was shown.
  @Test func `a plan that preempts is carried out when it is confirmed on a terminal`() throws {
    let home = try BerthHome()
    let base = LabManifests.base(cpu: 2) + "  scheduling: {minimumRuntime: 0s}\n"
    let low = LabManifests.deployment("low", "sleep 600", cpu: "2", more: ["priority: low"])
    try home.write(base + low)
    try #require(home.apply().status == 0)
    try home.write(base + low + LabManifests.deployment("urgent", "sleep 600", cpu: "2", more: ["priority: high"]))
    let (text, status) = try onTerminal(home, "apply '\(home.manifests)'", answer: "y")
    #expect(status == 0, "\(text)")
    #expect(text.split(separator: "[y/N]").count == 2 && !text.contains("is out of date"), "\(text)")
  }

  @Test func `tables fit the terminal, and colors follow it and NO_COLOR`() throws {
    let home = try BerthHome()
    let long = "a-name-that-takes-so-many-columns-of-the-terminal-that-others-go"
    try home.write(LabManifests.base() + LabManifests.deployment(String(long.prefix(60)), "exit 1"))
    #expect(try home.apply("--wait").status == 3)
    // Ages differ from call to call.
    func unaged(_ row: String) -> String { row.replacing(#/[0-9]+s$/#, with: "") }
    func settled(_ rows: [String]) -> [String] { rows.filter { !$0.contains(" ago") } }
    for command in ["get", "get -o wide", "get all", "graph", "describe \(long.prefix(60))"] {
      let plain = try onTerminal(home, command, environment: "NO_COLOR=1").text
      #expect(!plain.contains("\u{1b}"), "\(command): \(plain)")
      let rows = try settled(screen(plain))
      // A name that stands by itself stays whole, so that it can be copied.
      for row in rows where !command.hasPrefix("describe") { #expect(row.count <= 80, "\(command): \(row)") }
      let colored = try onTerminal(home, command, environment: "NO_COLOR=").text
      #expect(colored.contains("\u{1b}["), "\(command)")
      #expect(try settled(screen(colored)).map(unaged) == rows.map(unaged), "\(command)")
      let asked = try onTerminal(home, "\(command) --color always", environment: "NO_COLOR=1").text
      #expect(asked.contains("\u{1b}["), "\(command)")
      let refused = try onTerminal(home, "\(command) --color never").text
      #expect(!refused.contains("\u{1b}"), "\(command)")
    }
    // In a pipe nothing is cut, and nothing is colored unless it is asked for.
    let piped = try home.berth("get").output
    #expect(piped.contains(long.prefix(60)) && !piped.contains("\u{1b}"))
    let asked = try home.berth("get", "--color", "always")
    #expect(asked.output.contains("\u{1b}[") && !asked.error.contains("\u{1b}"))
  }
}
