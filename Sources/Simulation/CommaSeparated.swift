import FleetModel

/// A reader of traces as comma-separated values (RFC 4180) with a header line that names the columns, in any order. It
/// reads `submit` and `runtime` (seconds), `cpu` (cores), `ram` (GiB, or with a unit: `512Mi`), `gpu` (devices),
/// `priority` (low, medium, high, or 1 to 3), `dependencies` (names or numbers of earlier jobs, separated by blanks or
/// semicolons), `name`, `estimate` and `max` (seconds, what was declared of the runtime, and what bounded it), `user` and
/// `image`, and ignores other columns. `submit`, `runtime` and one of the three amounts are required.
public enum CommaSeparated {
  /// The columns that are read.
  public enum Column: String, CaseIterable, Sendable {
    case name, submit, runtime, cpu, ram, gpu, priority, dependencies, estimate, max, user, image
  }

  /// Reads a trace.
  ///
  /// - Parameter columns: names of columns in this file that differ from the standard names.
  /// - Throws: `TraceProblem` with the line of the first problem.
  public static func read(_ bytes: [UInt8], columns: [Column: String] = [:]) throws(TraceProblem) -> Trace {
    var reader = RecordReader(bytes)
    guard let header = try reader.next() else { throw TraceProblem(line: 0, "there is no header line") }
    let positions = try positions(of: columns, in: header, line: reader.line)
    var jobs: [TraceJob] = []
    var named: [String: Int] = [:]
    while let record = try reader.next() {
      if record.count == 1, record[0].isEmpty { continue }
      if record.count != header.count {
        throw TraceProblem(
          line: reader.line, "the header names \(header.count) columns; here are \(record.count)")
      }
      let row = Row(record: record, positions: positions, line: reader.line)
      var job = TraceJob(
        submit: try row.seconds(.submit), runtime: try row.seconds(.runtime), request: try row.request(),
        line: reader.line)
      job.priority = try row.priority()
      job.estimate = try row.positiveSeconds(.estimate)
      job.limit = try row.positiveSeconds(.max)
      job.user = row[.user] ?? job.user
      job.image = row[.image] ?? job.image
      let name = row[.name] ?? String(jobs.count + 1)
      for dependency in row.list(.dependencies) {
        guard let position = named[dependency] else {
          throw TraceProblem(line: reader.line, "it depends on \"\(dependency)\", which is no job before it")
        }
        if jobs[position].submit > job.submit {
          throw TraceProblem(line: reader.line, "it depends on \"\(dependency)\", which is submitted after it")
        }
        job.dependencies.append(position)
      }
      job.dependencies = Set(job.dependencies).sorted()
      if named.updateValue(jobs.count, forKey: name) != nil {
        throw TraceProblem(line: reader.line, "there is a job named \"\(name)\" already")
      }
      jobs.append(job)
    }
    if jobs.isEmpty { throw TraceProblem(line: 0, "there is no job in it") }
    var trace = Trace(jobs: jobs)
    trace.sortBySubmission()
    return trace
  }

  private static func positions(
    of names: [Column: String], in header: [String], line: Int
  ) throws(TraceProblem) -> [Column: Int] {
    var positions: [Column: Int] = [:]
    for column in Column.allCases {
      let name = names[column] ?? column.rawValue
      let found = header.indices.filter { header[$0].lowercased() == name.lowercased() }
      if found.count > 1 { throw TraceProblem(line: line, "two columns are named \"\(name)\"") }
      if found.isEmpty, names[column] != nil {
        throw TraceProblem(line: line, "no column is named \"\(name)\"; there are: \(header.joined(separator: ", "))")
      }
      positions[column] = found.first
    }
    for column in [Column.submit, .runtime] where positions[column] == nil {
      throw TraceProblem(
        line: line, "no column is named \"\(column.rawValue)\"; there are: \(header.joined(separator: ", "))")
    }
    if positions[.cpu] == nil, positions[.ram] == nil, positions[.gpu] == nil {
      throw TraceProblem(line: line, "no column is named \"cpu\", \"ram\" or \"gpu\"")
    }
    return positions
  }
}

/// One record with the positions of its columns.
private struct Row {
  typealias Column = CommaSeparated.Column
  let record: [String]
  let positions: [Column: Int]
  let line: Int

  /// Returns a column's value; `nil` if there is no such column or it is empty.
  subscript(column: Column) -> String? {
    guard let position = positions[column], !record[position].isEmpty else { return nil }
    return record[position]
  }

  func seconds(_ column: Column) throws(TraceProblem) -> TimeSpan {
    guard let text = self[column] else { throw TraceProblem(line: line, "the \(column.rawValue) is missing") }
    let milli = try number(text, column)
    if milli < 0 { throw TraceProblem(line: line, "the \(column.rawValue) is negative") }
    return .milliseconds(milli)
  }

  /// Returns a duration above zero; `nil` if the column is missing or empty.
  func positiveSeconds(_ column: Column) throws(TraceProblem) -> TimeSpan? {
    if self[column] == nil { return nil }
    let span = try seconds(column)
    if span == .zero { throw TraceProblem(line: line, "the \(column.rawValue) is zero") }
    return span
  }

  /// Returns a number in thousandths.
  private func number(_ text: String, _ column: Column) throws(TraceProblem) -> Int64 {
    guard let milli = QuantityParser.milli(ofNumber: Array(text.utf8)[...]) else {
      throw TraceProblem(line: line, "the \(column.rawValue) is no number: \(text.prefix(40))")
    }
    return milli
  }

  func request() throws(TraceProblem) -> Resources {
    var request = Resources.zero
    if let text = self[.cpu] { request.cpuMilli = try number(text, .cpu) }
    if let text = self[.gpu] { request.gpuMilli = try number(text, .gpu) }
    if let text = self[.ram] {
      guard let bytes = QuantityParser.ramBytes(text) else {
        throw TraceProblem(line: line, "the ram is no amount: \(text.prefix(40)); for example 16, or 512Mi")
      }
      request.ramBytes = bytes
    }
    for dimension in Dimension.allCases where request[dimension] < 0 {
      throw TraceProblem(line: line, "the \(dimension.rawValue) is negative")
    }
    if request.gpuMilli > 1000, request.gpuMilli % 1000 != 0 {
      throw TraceProblem(line: line, "the gpu is neither whole nor below 1")
    }
    if request == .zero { throw TraceProblem(line: line, "the job asks for nothing") }
    return request
  }

  func priority() throws(TraceProblem) -> Priority {
    guard let text = self[.priority] else { return .medium }
    if let number = Int(text), let priority = Priority(rawValue: number) { return priority }
    if let priority = Priority.allCases.first(where: { $0.text == text.lowercased() }) { return priority }
    throw TraceProblem(line: line, "the priority is none of low, medium, high: \(text.prefix(40))")
  }

  func list(_ column: Column) -> [String] {
    (self[column] ?? "").split { $0 == " " || $0 == ";" || $0 == "|" }.map(String.init)
  }
}

/// Reads the records of a file of comma-separated values; quoted values may hold commas, line breaks and doubled
/// quotes.
private struct RecordReader {
  private let bytes: [UInt8]
  private var offset = 0
  private var lines = 1
  /// The first line of the record last returned, from 1.
  private(set) var line = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  mutating func next() throws(TraceProblem) -> [String]? {
    if offset >= bytes.count { return nil }
    line = lines
    var values: [String] = []
    var value: [UInt8] = []
    var isQuoted = false
    var isInQuotes = false
    func finished() -> String {
      let text = String(decoding: value, as: UTF8.self)
      return isQuoted ? text : String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\n") { lines += 1 }
      if isInQuotes {
        if byte != UInt8(ascii: "\"") {
          value.append(byte)
        } else if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
          value.append(byte)
          offset += 1
        } else {
          isInQuotes = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\"") where value.isEmpty && !isQuoted:
        isQuoted = true
        isInQuotes = true
      case UInt8(ascii: ","):
        values.append(finished())
        value.removeAll(keepingCapacity: true)
        isQuoted = false
      case UInt8(ascii: "\n"):
        values.append(finished())
        return values
      case UInt8(ascii: "\r"): break
      default: value.append(byte)
      }
    }
    if isInQuotes { throw TraceProblem(line: line, "a quoted value is not closed") }
    values.append(finished())
    return values
  }
}
