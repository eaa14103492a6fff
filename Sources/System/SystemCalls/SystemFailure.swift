import SystemPackage

/// A system call that failed, with the path that it was made for.
public struct SystemFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The call or its verb: `open`, `rename`.
  public var call: String
  /// The path that the call was given; `nil` for a call that takes none.
  public var path: String?
  /// The system's error.
  public var code: Errno

  /// Makes a failure.
  public init(_ call: String, _ path: String? = nil, _ code: Errno) {
    self.call = call
    self.path = path
    self.code = code
  }

  /// The system's words for the error: `No such file or directory`.
  public var reason: String { code.description }
  /// The call, its path and the reason: `open /x/y: No such file or directory`; not yet escaped for a terminal.
  public var description: String { (path.map { "\(call) \($0)" } ?? call) + ": \(reason)" }
}
