import Foundation

/// An environment variable that tests read. Tests/README.md lists them all; a malformed value is an error, so that a typing
/// mistake fails the test instead of running something else.
public struct TestVariable: Sendable {
  /// The name of the variable, such as `BERTH_FLEETS`.
  public let name: String
  private let value: String?

  /// Reads a variable of the process, or of the given environment.
  public init(_ name: String, in environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.name = name
    value = environment[name]
  }

  /// Returns the seeds that the variable chooses: `FIRST+COUNT`, or `COUNT` for seeds from 1 on.
  /// - Parameter count: number of seeds, from 1 on, if the variable is not set.
  public func seeds(default count: UInt64) throws(MalformedVariable) -> Range<UInt64> {
    guard let value else { return 1..<1 + count }
    let numbers = value.split(separator: "+", omittingEmptySubsequences: false).map { part in
      part.allSatisfy { ("0"..."9").contains($0) } ? UInt64(part) : nil
    }
    let first = numbers.count == 2 ? numbers[0] : 1
    guard numbers.count <= 2, let first, let count = numbers[numbers.count - 1], count > 0,
      case (let end, let overflow) = first.addingReportingOverflow(count), !overflow
    else { throw MalformedVariable(name: name, value: value, expected: "FIRST+COUNT or COUNT, such as 4069+1 or 200") }
    return first..<end
  }

  /// Returns the positive number that the variable holds.
  /// - Parameter count: the number if the variable is not set.
  public func count(default count: Int) throws(MalformedVariable) -> Int {
    guard let value else { return count }
    guard value.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(value), number > 0 else {
      throw MalformedVariable(name: name, value: value, expected: "a positive number")
    }
    return number
  }

  /// Returns whether the variable is `1`; it is either `1` or not set.
  public func flag() throws(MalformedVariable) -> Bool {
    switch value {
    case nil: return false
    case "1": return true
    case let value?: throw MalformedVariable(name: name, value: value, expected: "1, or no value at all")
    }
  }

  /// Returns the existing directory that the variable names; `nil` if it is not set.
  public func directory() throws(MalformedVariable) -> URL? {
    guard let value else { return nil }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: value, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw MalformedVariable(name: name, value: value, expected: "the path of a directory")
    }
    return URL(filePath: value, directoryHint: .isDirectory)
  }
}

/// A value of an environment variable that a test can not use.
public struct MalformedVariable: Error, CustomStringConvertible, Equatable {
  var name: String
  var value: String
  var expected: String

  /// The variable with its value, and the form that is expected.
  public var description: String { "\(name)=\(value) is malformed: expected \(expected)" }
}
