import Diagnostics
import FleetModel
import Foundation
import Manifests

// Decodes the files named and says how many documents they hold; with `--read` first, reads them as a whole, with the
// checks among documents and the canonical texts. To be counted by callgrind beside yaml-floor.c.
var paths = CommandLine.arguments.dropFirst()
let isWhole = paths.first == "--read"
if isWhole { paths = paths.dropFirst() }
let inputs = try paths.map { path in
  let bytes = try Data(contentsOf: URL(filePath: path))
  return ManifestText(displayPath: path, relativePath: path, bytes: Array(bytes))
}
if isWhole {
  switch ManifestReader().read(inputs) {
  case .valid(let state, _): print("\(state.declarations.count) declarations")
  case .invalid(let diagnostics): print(TextRenderer().text(Array(diagnostics.prefix(5))))
  }
} else {
  print("\(ManifestReader.countSoundDocuments(in: inputs)) sound documents")
}
