import Glibc
import SystemPackage

/// Programs whose output is wanted.
public enum ProgramOutput {
  /// Runs a program to its end, with nothing on standard input, and returns its standard output.
  ///
  /// - Parameters:
  ///   - name: looked up in the `PATH` of this process.
  ///   - limit: number of bytes from which on the output is not wanted.
  /// - Returns: `nil` if there is no such program, if it does not end with 0, or if it writes too much.
  public static func of(
    _ name: String, _ arguments: [String], environment: [String: String], limit: Int
  ) -> [UInt8]? {
    let variables = environment.map { "\($0.key)=\($0.value)" }
    let started: (pid: pid_t, output: Int32)
    do throws(SystemFailure) {
      started = try QuietProgram.start(name, arguments, environment: variables)
    } catch {
      return nil
    }
    defer { close(started.output) }
    let reader = FileDescriptor(rawValue: started.output)
    var output: [UInt8]?
    do throws(SystemFailure) { output = try reader.readAll(from: name, limit: limit) } catch { output = nil }
    if output.map({ $0.count > limit }) ?? true { kill(started.pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(started.pid, &status, 0) == -1 { guard errno == EINTR else { return nil } }
    return status == 0 ? output : nil
  }
}
