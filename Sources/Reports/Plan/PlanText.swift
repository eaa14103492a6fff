import Diagnostics
import FleetModel
import PlanModel

/// A plan as text: by cluster, each object with its symbol, start, action, reason and changed fields; then the summary
/// line.
public struct PlanText {
  let width: Int
  let palette: Palette
  /// Whether every object of a long plan has its own row.
  let isFull: Bool
  /// Whether the summary line is wrapped like all other text.
  let wrapsSummary: Bool

  /// Largest number of objects that are shown one by one.
  static let longest = 60
  /// Largest number of remarks of one kind.
  static let mostRemarks = 12

  /// Creates a renderer for a width in columns.
  public init(width: Int = 80, palette: Palette = .plain, isFull: Bool = false, wrapsSummary: Bool = false) {
    self.width = max(40, width)
    self.palette = palette
    self.isFull = isFull
    self.wrapsSummary = wrapsSummary
  }

  /// The whole plan, each line with its line break.
  public func text(_ plan: Plan) -> String {
    let groups = plan.grouped()
    let isGrouped = !isFull && groups.reduce(0) { $0 + $1.rows.count } > Self.longest
    let lines = PlanGroupText(
      width: width, palette: palette, isGrouped: isGrouped, showsCounts: groups.count { $0.cluster != nil } > 1)
    var parts = groups.map(lines.text)
    var remarks = plan.notices.prefix(isFull ? .max : Self.mostRemarks)
      .map { remark("note", $0.text, .warning, advice: nil) }
    if remarks.count < plan.notices.count {
      remarks.append(palette.paint("… and \(plan.notices.count - remarks.count) more notes", .faint) + "\n")
    }
    remarks += refusals(of: plan)
    if !remarks.isEmpty { parts.append(remarks.joined()) }
    var end = ""
    if let forecast = plan.forecast, forecast.deployments.contains(where: \.startsLater),
      let text = forecast.learnedText
    {
      end += palette.paint(Paragraph.text(VisibleText.escaped(text), indent: 2, width: width), .faint) + "\n"
    }
    if isGrouped {
      end += palette.paint("Similar objects are grouped; --full shows each one.", .faint) + "\n"
    }
    if plan.unchanged > 0 {
      end += palette.paint("\(counted(plan.unchanged, "object")) unchanged.", .faint) + "\n"
    }
    let summary = Paragraph.lines(plan.summary.text, indent: 2, width: wrapsSummary ? width : .max)
    end += summary.map { palette.paint($0, .strong) }.joined(separator: "\n  ") + "\n"
    parts.append(end)
    return parts.joined(separator: "\n")
  }

  /// Only the refusals.
  public func remarks(of plan: Plan) -> String { refusals(of: plan).joined() }

  private func refusals(of plan: Plan) -> [String] {
    let summaries = Refusal.summaries(of: plan.refusals)
    var lines = summaries.prefix(isFull ? .max : Self.mostRemarks)
      .map { remark("refused", $0.text, .error, advice: $0.advice) }
    if lines.count < summaries.count {
      lines.append(palette.paint("… and \(summaries.count - lines.count) more refusals", .faint) + "\n")
    }
    return lines
  }

  private func remark(_ word: String, _ sentence: String, _ style: Style, advice: String?) -> String {
    let indent = word.count + 2
    var lines = Paragraph.lines(
      VisibleText.escaped(sentence), prefixWidth: indent, indent: indent, width: width)
    if let advice {
      lines += Paragraph.lines(VisibleText.escaped(advice), prefixWidth: indent, indent: indent, width: width)
    }
    let margin = "\n" + String(repeating: " ", count: indent)
    return palette.paint(word, style) + ": " + lines.joined(separator: margin) + "\n"
  }
}
