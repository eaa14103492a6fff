import Diagnostics
import FleetModel
import PlanModel

/// A plan as text: by cluster, each object with its symbol, when it starts, what happens to it and why, and the fields that
/// differ; last the one summary line.
public struct PlanText {
  let width: Int
  let palette: Palette
  /// Every object of a long plan is shown for itself.
  let isFull: Bool
  /// The summary line is broken at words where it is too long, as all else is.
  let wrapsSummary: Bool

  /// A plan of more objects than these is shown with like objects together.
  static let longest = 60
  /// As many lines of one kind of remark are shown.
  static let mostRemarks = 12

  /// Makes a renderer for so many columns.
  public init(width: Int = 80, palette: Palette = .plain, isFull: Bool = false, wrapsSummary: Bool = false) {
    self.width = max(40, width)
    self.palette = palette
    self.isFull = isFull
    self.wrapsSummary = wrapsSummary
  }

  /// The whole plan, each line with its line break.
  public func text(_ plan: Plan) -> String {
    let groups = plan.grouped()
    let isSummarised = !isFull && groups.reduce(0) { $0 + $1.rows.count } > Self.longest
    let lines = PlanGroupText(
      width: width, palette: palette, isSummarised: isSummarised, showsCounts: groups.count { $0.cluster != nil } > 1)
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
    if isSummarised {
      end += palette.paint("What is alike is shown together; --full shows each by itself.", .faint) + "\n"
    }
    if plan.unchanged > 0 {
      let verb = plan.unchanged == 1 ? "is" : "are"
      end += palette.paint("\(counted(plan.unchanged, "object")) \(verb) as declared.", .faint) + "\n"
    }
    let summary = Paragraph.lines(plan.summary.text, indent: 2, width: wrapsSummary ? width : .max)
    end += summary.map { palette.paint($0, .strong) }.joined(separator: "\n  ") + "\n"
    parts.append(end)
    return parts.joined(separator: "\n")
  }

  /// Refusals alone.
  public func remarks(of plan: Plan) -> String { refusals(of: plan).joined() }

  private func refusals(of plan: Plan) -> [String] {
    let told = Refusal.told(plan.refusals)
    var lines = told.prefix(isFull ? .max : Self.mostRemarks)
      .map { remark("refused", $0.text, .error, advice: $0.advice) }
    if lines.count < told.count {
      lines.append(palette.paint("… and \(told.count - lines.count) more like these", .faint) + "\n")
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
