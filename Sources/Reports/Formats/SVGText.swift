/// Elements of SVG images.
enum SVGText {
  /// A number with one decimal, or none if that is 0; a screen shows nothing finer.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    if tenths % 10 == 0 { return "\(tenths / 10)" }
    return "\(tenths < 0 && tenths > -10 ? "-" : "")\(tenths / 10).\(abs(tenths % 10))"
  }

  /// Text escaped for use between tags and in attributes.
  static func escaped(_ text: String) -> String {
    VisibleText.escaped(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  static func text(_ style: String, _ x: Double, _ y: Double, _ text: String, anchor: String? = nil) -> String {
    let anchored = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
    return "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\"\(anchored)>\(escaped(text))</text>\n"
  }

  static func rect(
    _ style: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double = 0,
    title: String? = nil
  ) -> String {
    let shape =
      "<rect class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""
      + (radius > 0 ? " rx=\"\(number(radius))\"" : "")
    guard let title else { return shape + "/>\n" }
    return shape + "><title>\(escaped(title))</title></rect>\n"
  }

  static func path(_ style: String, _ commands: String) -> String { "<path class=\"\(style)\" d=\"\(commands)\"/>\n" }

  static func point(_ x: Double, _ y: Double) -> String { "\(number(x)) \(number(y))" }
}
