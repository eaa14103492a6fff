import FleetModel
import Testing

@testable import Reports

@Suite struct SheetTests {
  @Test func `labels align, and long texts wrap below themselves`() {
    var sheet = Sheet("Deployment vision/lab/train")
    sheet.add("Status", "RUNNING", .added)
    sheet.add("Why", "it waits for a great many things that have not come so far")
    sheet.add("Nothing", nil)
    sheet.add("Escape", "\u{1b}[2J")
    sheet.add("Runs", TextTable(columns: [TextTable.Column("RUN")], rows: [["one"], ["two"]]))
    sheet.add("Events", TextTable(columns: [TextTable.Column("TIME")]))
    #expect(
      sheet.text(width: 40) == """
        Deployment vision/lab/train
          Status  RUNNING
          Why     it waits for a great many
                  things that have not come so
                  far
          Escape  \\u{1B}[2J

        Runs
          RUN
          one
          two

        Events
          none

        """)
    #expect(sheet.text(width: 40, palette: .ansi).contains("  \u{1b}[2mStatus\u{1b}[0m  \u{1b}[32mRUNNING\u{1b}[0m\n"))
  }

  @Test func `columns are left out from the right until the table fits`() {
    let set = ColumnSet<(String, Int)>([
      RowColumn("name", json: { .string($0.0) }, cell: { .init($0.0) }),
      RowColumn("ram", .trailing, .ifRoom, json: nil, cell: { .init("\($0.1)") }),
      RowColumn("cpu", .trailing, .ifRoom, json: nil, cell: { .init("\($0.1)") }),
      RowColumn("id", .trailing, .wide, json: { .integer(Int64($0.1)) }, cell: { .init("\($0.1)") }),
    ])
    let rows = [("train", 12)]
    func text(_ width: Int?, isWide: Bool = false) -> String { set.table(rows, isWide: isWide, width: width).text() }
    #expect(text(15) == "NAME   RAM  CPU\ntrain   12   12\n")
    #expect(text(14) == "NAME   RAM\ntrain   12\n")
    #expect(text(5) == "NAME\ntrain\n")
    #expect(text(nil, isWide: true) == "NAME   RAM  CPU  ID\ntrain   12   12  12\n")
    #expect(JSONValue.array(set.json(rows)).text(isIndented: false) == #"[{"name":"train","id":12}]"#)
    #expect(throws: UnknownColumn(name: "ram", known: ["name", "id"])) { try set.chosenForJSON(["ram"]) }
  }
}
