import Diagnostics

/// Checks the bytes of a file before libyaml sees them: they must be UTF-8 without control characters and without
/// line separators that editors do not count. Places then mean the same to libyaml, to Berth and to every editor.
enum InputCheck {
  /// Returns the problems in the bytes of a file, the first of each line.
  static func problems(in bytes: UnsafeBufferPointer<UInt8>) -> [Problem] {
    if let problem = size(bytes) ?? encoding(bytes) { return [problem] }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return isSound(bytes, from: start) ? [] : walk(bytes, from: start)
  }

  private static func size(_ bytes: UnsafeBufferPointer<UInt8>) -> Problem? {
    guard bytes.count > ManifestLimits.fileBytes else { return nil }
    return Problem(
      code: .fileTooLarge, message: "file is \(bytes.count) bytes long; the limit is 64 MiB", span: .start,
      hint: "split it into several files")
  }

  private static func encoding(_ bytes: UnsafeBufferPointer<UInt8>) -> Problem? {
    let head = Array(bytes.prefix(4))
    let isWide =
      head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || head == [0, 0, 0xFE, 0xFF]
      || (head.count == 4 && (head[0] == 0) != (head[1] == 0) && (head[2] == 0) != (head[3] == 0))
    guard isWide else { return nil }
    return Problem(
      code: .wrongEncoding, message: "file is UTF-16 or UTF-32, not UTF-8", span: .start,
      hint: "save it as UTF-8")
  }

  /// Whether there is no problem, without counting lines. True for nearly every file.
  private static func isSound(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    var index = start
    while let suspect = firstSuspect(in: bytes, from: index) {
      var cursor = TextCursor(bytes, from: suspect)
      guard let step = cursor.next(), problem(of: step) == nil else { return false }
      index = cursor.offset
    }
    return true
  }

  /// Returns the first byte that is neither printable ASCII nor a line feed; tests sixty-four at a time.
  private static func firstSuspect(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    let raw = UnsafeRawBufferPointer(bytes)
    var index = start
    // Bytes are compared after adding one, as signed numbers: DEL and bytes beyond ASCII are then below the space too.
    let one = SIMD16<Int8>(repeating: 1)
    let space = SIMD16<Int8>(repeating: 0x20)
    let feed = SIMD16<Int8>(repeating: 0x0A)
    while index + 64 <= bytes.count {
      let first = raw.loadUnaligned(fromByteOffset: index, as: SIMD16<Int8>.self)
      let second = raw.loadUnaligned(fromByteOffset: index + 16, as: SIMD16<Int8>.self)
      let third = raw.loadUnaligned(fromByteOffset: index + 32, as: SIMD16<Int8>.self)
      let fourth = raw.loadUnaligned(fromByteOffset: index + 48, as: SIMD16<Int8>.self)
      let isFirstFine = ((first &+ one) .> space) .| (first .== feed)
      let isSecondFine = ((second &+ one) .> space) .| (second .== feed)
      let isThirdFine = ((third &+ one) .> space) .| (third .== feed)
      let isFourthFine = ((fourth &+ one) .> space) .| (fourth .== feed)
      // Not `all`, which the compiler may leave as a call.
      let isFine = (isFirstFine .& isSecondFine) .& (isThirdFine .& isFourthFine)
      let words = unsafeBitCast(isFine, to: SIMD2<UInt64>.self)
      if words[0] & words[1] != .max { break }
      index += 64
    }
    while index < bytes.count {
      let byte = bytes[index]
      if (byte < 0x20 && byte != 0x0A) || byte >= 0x7F { return index }
      index += 1
    }
    return nil
  }

  /// Walks scalar by scalar, counting lines and columns. Only for files with a problem.
  private static func walk(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> [Problem] {
    var problems: [Problem] = []
    var cursor = TextCursor(bytes, from: start)
    while let step = cursor.next() {
      guard let problem = problem(of: step) else { continue }
      problems.append(problem)
      if problems.count >= ManifestLimits.errors { break }
      cursor.skipLine()
    }
    return problems
  }

  private static func problem(of step: TextCursor.Step) -> Problem? {
    guard let scalar = step.scalar else {
      return Problem(
        code: .invalidUTF8, message: "byte 0x\(hex(UInt32(step.byte), 2)) is not valid UTF-8", span: step.span,
        hint: "save the file as UTF-8")
    }
    switch scalar.value {
    case 0x09, 0x0A, 0x0D:
      return nil
    case 0x00:
      return Problem(
        code: .controlCharacter, message: "NUL character (U+0000)", span: step.span,
        hint: "delete it; manifests can't contain it")
    case 0x00...0x1F, 0x7F...0x84, 0x86...0x9F:
      return Problem(
        code: .controlCharacter, message: "control character U+\(hex(scalar.value, 4))", span: step.span,
        hint: "write it as \"\\x\(hex(scalar.value, 2))\" in a double-quoted string")
    case 0x85, 0x2028, 0x2029:
      return Problem(
        code: .controlCharacter, message: "line separator U+\(hex(scalar.value, 4))", span: step.span,
        hint: "end lines with a line feed, or write it as \"\\u\(hex(scalar.value, 4))\" in a double-quoted string")
    case 0xFEFF, 0xFFFE, 0xFFFF:
      return Problem(
        code: .controlCharacter, message: "character U+\(hex(scalar.value, 4)) within the file", span: step.span,
        hint: "delete it; a byte order mark is accepted only at the start of the file")
    default:
      return nil
    }
  }

  private static func hex(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
