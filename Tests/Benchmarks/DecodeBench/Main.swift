import Diagnostics
import FleetModel
import Glibc
import Manifests

// Decodes the files named and says how many documents they hold; with `--read` first, reads them as a whole, with the
// checks among documents and the canonical texts. To be counted by callgrind beside yaml-floor.c, and reads files as
// that does.
var paths = CommandLine.arguments.dropFirst()
let isWhole = paths.first == "--read"
if isWhole { paths = paths.dropFirst() }
let inputs = paths.map { ManifestText(displayPath: $0, relativePath: $0, bytes: contents($0)) }
if isWhole {
  switch ManifestReader().read(inputs) {
  case .valid(let state, _): print("\(state.declarations.count) declarations")
  case .invalid(let diagnostics): print(TextRenderer().text(Array(diagnostics.prefix(5))))
  }
} else {
  print("\(ManifestReader.countSoundDocuments(in: inputs)) sound documents")
}

func contents(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    perror(path)
    exit(1)
  }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let size = ftell(file)
  rewind(file)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = fread(buffer.baseAddress, 1, size, file)
    guard count == size else {
      perror(path)
      exit(1)
    }
  }
}
