/// Style sheet of a forecast's drawing, for light and dark backgrounds.
enum ForecastDrawingStyle {
  static let text: String = {
    let light = [
      ".ground{fill:#ffffff}.title,.cluster{fill:#1f2328}.name{fill:#1f2328}.faint,.small{fill:#59636e}",
      ".grid{stroke:#d8dee4}.now{stroke:#cf222e}.nowtext{fill:#cf222e}.band{fill:#f6f8fa}.wait{stroke:#9aa4af}",
      ".low{fill:#8aa4bd}.medium{fill:#4a86c5}.high{fill:#c2571a}.kept{stroke:#1a7f37;fill:#ffffff}.cut{stroke:#cf222e}",
      ".lost{fill:#cf222e}.used{fill:#b6c9dc}.full{stroke:#9aa4af}",
    ].joined(separator: "\n")
    let dark = [
      ".ground{fill:#0d1117}.title,.cluster{fill:#e6edf3}.name{fill:#e6edf3}.faint,.small{fill:#9198a1}",
      ".grid{stroke:#2a313a}.now{stroke:#ff7b72}.nowtext{fill:#ff7b72}.band{fill:#151b23}.wait{stroke:#57606a}",
      ".low{fill:#5b7288}.medium{fill:#3f7cc0}.high{fill:#d9743a}.kept{stroke:#3fb950;fill:#0d1117}.cut{stroke:#ff7b72}",
      ".lost{fill:#ff7b72}.used{fill:#2f4a66}.full{stroke:#57606a}",
    ].joined(separator: "\n")
    return "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
      + ".title{font-size:17px;font-weight:600}.cluster{font-size:14px;font-weight:600}.faint{font-size:12px}\n"
      + ".small,.nowtext{font-size:11px}.grid,.full{stroke-width:1}.now{stroke-width:1.2}.wait{stroke-width:1.4;stroke-dasharray:2 3}\n"
      + ".kept{stroke-width:1.6}.cut{stroke-width:2.4}.loose{opacity:.82}.fading{mask:url(#fade)}\n"
      + "\(light)\n@media(prefers-color-scheme:dark){\(dark)}\n"
  }()

  /// Mask that fades out a bar, whatever the bar's width.
  static let definitions =
    "<defs><linearGradient id=\"fall\"><stop offset=\"0\" stop-color=\"#fff\"/><stop offset=\".25\" stop-color=\"#fff\"/>"
    + "<stop offset=\"1\" stop-color=\"#fff\" stop-opacity=\"0\"/></linearGradient>"
    + "<mask id=\"fade\" maskContentUnits=\"objectBoundingBox\"><rect width=\"1\" height=\"1\" fill=\"url(#fall)\"/></mask></defs>\n"

  static func diamond(_ x: Double, _ y: Double) -> String {
    "M\(SVGText.point(x, y - 5))l5 5l-5 5l-5 -5z"
  }
}
