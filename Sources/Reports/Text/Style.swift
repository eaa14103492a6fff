import Diagnostics

/// Meaning of a piece of text; `Palette` decides its looks.
public enum Style: String, Sendable, Hashable, CaseIterable {
  /// Something that will be or was created or started.
  case added
  /// Something that will be or was deleted or stopped.
  case removed
  /// Something that changes in place.
  case changed
  /// Something that waits.
  case waiting
  /// An error, or FAILED.
  case error
  /// Something that needs attention.
  case warning
  /// Something less important than the rest.
  case faint
  /// Something more important than the rest, such as a heading.
  case strong
}

/// Looks of styles on one stream. All output goes through one.
public struct Palette: Sendable, Hashable {
  private let isColored: Bool

  /// Palette that changes nothing.
  public static let plain = Palette(isColored: false)
  /// The sixteen colors of ECMA-48 (ANSI) terminals, which follow the user's own scheme.
  public static let ansi = Palette(isColored: true)

  /// The text in a style; unchanged if it is empty or has no style.
  public func paint(_ text: String, _ style: Style?) -> String {
    guard isColored, let style, !text.isEmpty else { return text }
    return "\u{1b}[\(Palette.code(style))m\(text)\u{1b}[0m"
  }

  /// Diagnostics in this palette.
  public func diagnosticRenderer(width: Int = 100) -> TextRenderer {
    guard isColored else { return TextRenderer(width: width) }
    return TextRenderer(width: width) { text, style in paint(text, Palette.style(of: style)) }
  }

  private static func style(of part: TextRenderer.Style) -> Style {
    switch part {
    case .error, .caret: .error
    case .warning: .warning
    case .message, .label: .strong
    case .place, .frame: .faint
    }
  }

  /// Parameter of "select graphic rendition".
  private static func code(_ style: Style) -> String {
    switch style {
    case .added: "32"
    case .removed: "31"
    case .changed: "33"
    case .waiting: "36"
    case .error: "1;31"
    case .warning: "1;33"
    case .faint: "2"
    case .strong: "1"
    }
  }
}
