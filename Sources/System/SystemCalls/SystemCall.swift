import Glibc
import SystemPackage

/// Runs system calls, repeats them when a signal interrupts them, and types their errors.
public enum SystemCall {
  /// Runs a call that `SystemPackage` lacks, which returns -1 and sets `errno` when it fails.
  ///
  /// - Returns: the result of the call, which is never -1.
  @discardableResult
  public static func check(
    _ call: String, _ path: @autoclosure () -> String? = nil, _ body: () -> Int32
  ) throws(SystemFailure) -> Int32 {
    while true {
      let result = body()
      if result != -1 { return result }
      let code = Errno(rawValue: errno)
      if code != .interrupted { throw SystemFailure(call, path(), code) }
    }
  }

  /// Runs a call of `SystemPackage`. Its functions repeat interrupted calls and throw nothing but `Errno`, but do not say so
  /// in their types.
  public static func typed<Result>(
    _ call: String, _ path: @autoclosure () -> String? = nil, _ body: () throws -> Result
  ) throws(SystemFailure) -> Result {
    do {
      return try body()
    } catch {
      guard let code = error as? Errno else { preconditionFailure("\(call) threw \(error)") }
      throw SystemFailure(call, path(), code)
    }
  }
}
