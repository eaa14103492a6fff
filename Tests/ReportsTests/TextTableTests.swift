import Diagnostics
import Reports
import Testing

@Suite struct TextTableTests {
  private let table = TextTable(
    columns: [.init("NAME"), .init("STATUS"), .init("GPU", .trailing), .init("REASON")],
    rows: [
      ["vision/lab/train", .init("RUNNING", .added), "1", ""],
      ["vision/lab/evaluate", "PENDING", "0.5", "waits for vision/lab/train"],
      ["日本", "", "16"],
    ])

  @Test func `columns are aligned without trailing spaces`() {
    #expect(
      table.text() == """
        NAME                 STATUS   GPU  REASON
        vision/lab/train     RUNNING    1
        vision/lab/evaluate  PENDING  0.5  waits for vision/lab/train
        日本                           16

        """)
    #expect(TextTable(columns: [.init("A")]).text() == "A\n")
    #expect(TextTable(columns: [.init("A")]).text(showsTitles: false) == "")
  }

  @Test func `the widest cells are cut until the table fits`() {
    #expect(
      table.text(width: 48) == """
        NAME              STATUS   GPU  REASON
        vision/lab/train  RUNNING    1
        vision/lab/eval…  PENDING  0.5  waits for visio…
        日本                        16

        """)
    let narrow = table.text(width: 1)
    #expect(narrow.split(separator: "\n").first == "NAME  STA…  GPU  REA…")
  }

  @Test(arguments: 20...80) func `no line is wider than asked`(width: Int) {
    for line in table.text(width: max(width, 21)).split(separator: "\n") {
      #expect(VisibleText.width(String(line)) <= max(width, 21))
      #expect(line.last != " ")
    }
  }

  @Test func `styles surround only the text, and plain output has none`() {
    let text = TextTable(columns: [.init("A"), .init("B")], rows: [[.init("x", .error), .init("", .added)]])
    #expect(text.text(palette: .ansi) == "\u{1b}[1mA\u{1b}[0m  \u{1b}[1mB\u{1b}[0m\n\u{1b}[1;31mx\u{1b}[0m\n")
    for style in Style.allCases {
      #expect(Palette.plain.paint("a", style) == "a")
      #expect(Palette.ansi.paint("a", style) != "a")
    }
  }

  @Test func `control characters in a cell are escaped`() {
    let table = TextTable(columns: [.init("A")], rows: [["\u{1b}[31mred\n\u{202e}x\u{9b}"]])
    #expect(table.text() == "A\n\\u{1B}[31mred\\u{A}\\u{202E}x\\u{9B}\n")
  }

  @Test func `diagnostics take their styles from the palette`() {
    let mistake = Diagnostic(.unknownField, "unknown field", at: SourcePlace(file: "a.yaml", line: 1, column: 1))
    let plain = Palette.plain.diagnosticRenderer().text(mistake)
    let colored = Palette.ansi.diagnosticRenderer().text(mistake)
    #expect(!plain.contains("\u{1b}") && colored.contains("\u{1b}[1;31merror[BRT0012]\u{1b}[0m"))
  }

  @Test(arguments: [
    ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("🧑‍🚀", 2), ("🇩🇪", 2), ("❤\u{fe0f}", 2), ("…", 1), ("", 0),
    ("ｱ", 1), ("Ａ", 2),
  ])
  func `widths are those of a terminal`(text: String, width: Int) { #expect(VisibleText.width(text) == width) }

  @Test func `cutting counts columns, not characters`() {
    #expect(VisibleText.cut("日本語", to: 6) == "日本語")
    #expect(VisibleText.cut("日本語", to: 5) == "日本…")
    #expect(VisibleText.cut("日本語", to: 4) == "日…")
    #expect(VisibleText.cut("abc", to: 1) == "…")
    #expect(VisibleText.cut("abc", to: 0) == "")
  }

  @Test func `a column that must stay whole is not cut`() {
    let table = TextTable(
      columns: [TextTable.Column("NAME", isWhole: true), TextTable.Column("MESSAGE")],
      rows: [["vision/lab/a-long-name", "a message that is longer than the room"]])
    #expect(
      table.text(width: 34) == """
        NAME                    MESSAGE
        vision/lab/a-long-name  a message…

        """)
    #expect(table.text(width: 10).contains("vision/lab/a-long-name  a m…"))
  }

  @Test func `names lose their middle, and the last column may wrap`() {
    var table = TextTable(
      columns: [.init("NAME", losesMiddle: true), .init("WHY")],
      rows: [["vision/lab/train-17", "waits for evaluate to complete"], ["serve", "is up"]])
    #expect(
      table.text(width: 30) == """
        NAME            WHY
        vision/…ain-17  waits for eva…
        serve           is up

        """)
    table.wrapsLast = true
    #expect(
      table.text(width: 40) == """
        NAME                 WHY
        vision/lab/train-17  waits for evaluate
                             to complete
        serve                is up

        """)
  }
}
