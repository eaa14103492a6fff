import FleetModel

/// A reader of the Standard Workload Format (version 2.2, Feitelson et al.): one line per job with 18 numbers separated
/// by blanks, -1 for unknown; lines that begin with `;` are comments. It reads columns 2 (submit time in s), 4 (run
/// time in s), 5 (allocated processors) and, where that is unknown, 8 (requested processors), 9 (requested time in s, which is
/// both an estimate and a limit), 12 (user) and 14 (program).
public enum StandardWorkloadFormat {
  /// Reads a trace; one processor is one core.
  ///
  /// - Throws: `TraceProblem` with the line of the first problem.
  public static func read(_ bytes: [UInt8]) throws(TraceProblem) -> Trace {
    var trace = Trace(jobs: [])
    trace.jobs.reserveCapacity(bytes.count / 64)
    var lines = TraceLines(bytes)
    var fields: [Range<Int>] = []
    while let line = lines.nextLine() {
      split(bytes, line, into: &fields)
      guard let first = fields.first else { continue }
      if bytes[first.lowerBound] == UInt8(ascii: ";") {
        readHeader(bytes[line], into: &trace)
        continue
      }
      guard fields.count >= 5 else {
        throw TraceProblem(
          line: lines.number, "a job has 18 columns, of which the first five are read; here are \(fields.count)")
      }
      let submit = try number(bytes, fields[1], "submit time", lines.number)
      let runtime = try number(bytes, fields[3], "run time", lines.number)
      var processors = try number(bytes, fields[4], "number of processors", lines.number)
      if processors <= 0, fields.count >= 8 {
        processors = try number(bytes, fields[7], "number of requested processors", lines.number)
      }
      if submit < 0 { throw TraceProblem(line: lines.number, "the submit time is negative") }
      if runtime < 0 || processors <= 0 {
        trace.leftOut += 1
        continue
      }
      var job = TraceJob(
        submit: .milliseconds(submit), runtime: .milliseconds(runtime),
        request: Resources(ramBytes: 0, cpuMilli: processors, gpuMilli: 0), line: lines.number)
      if fields.count >= 9 {
        let requested = try number(bytes, fields[8], "requested time", lines.number)
        if requested > 0 { (job.estimate, job.limit) = (.milliseconds(requested), .milliseconds(requested)) }
      }
      if fields.count >= 12 { job.user = try numbered("user", bytes, fields[11], lines.number) ?? job.user }
      if fields.count >= 14 { job.image = try numbered("program", bytes, fields[13], lines.number) ?? job.image }
      trace.jobs.append(job)
    }
    if trace.jobs.isEmpty { throw TraceProblem(line: 0, "there is no job in it") }
    trace.sortBySubmission()
    return trace
  }

  private static func split(_ bytes: [UInt8], _ line: Range<Int>, into fields: inout [Range<Int>]) {
    fields.removeAll(keepingCapacity: true)
    var start = line.lowerBound
    for index in line {
      let isBlank = bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t")
      if isBlank {
        if start < index { fields.append(start..<index) }
        start = index + 1
      }
    }
    if start < line.upperBound { fields.append(start..<line.upperBound) }
  }

  /// Returns a name made of a number, such as `user-12`; `nil` if it is unknown.
  private static func numbered(
    _ noun: String, _ bytes: [UInt8], _ field: Range<Int>, _ line: Int
  ) throws(TraceProblem) -> String? {
    let milli = try number(bytes, field, noun, line)
    return milli < 0 ? nil : "\(noun)-\(milli / 1000)"
  }

  /// Returns a field as a number in thousandths.
  private static func number(
    _ bytes: [UInt8], _ field: Range<Int>, _ name: String, _ line: Int
  ) throws(TraceProblem) -> Int64 {
    guard let value = QuantityParser.milli(ofNumber: bytes[field]) else {
      throw TraceProblem(
        line: line, "the \(name) is no number: \(String(decoding: bytes[field].prefix(40), as: UTF8.self))")
    }
    return value
  }

  /// Reads a header comment; `MaxProcs` takes precedence over `MaxNodes`.
  private static func readHeader(_ comment: ArraySlice<UInt8>, into trace: inout Trace) {
    let text = String(decoding: comment.prefix(200), as: UTF8.self)
    let parts = text.drop { $0 == ";" || $0 == " " || $0 == "\t" }.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let count = Int64(parts[1].filter { $0 != " " && $0 != "\t" }), count > 0 else { return }
    switch parts[0].lowercased() {
    case "maxprocs": trace.processors = count
    case "maxnodes": trace.processors = trace.processors ?? count
    default: break
    }
  }
}
