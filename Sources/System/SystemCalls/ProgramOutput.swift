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
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reader = FileDescriptor(rawValue: ends[0])
    let texts = ([name] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in texts + variables { free(text) } }
    var pid: pid_t = 0
    let code = SpawnStreams.withQuiet(output: ends[1]) { posix_spawnp(&pid, name, $0, nil, texts, variables) }
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { return nil }
    var output: [UInt8]?
    do throws(SystemFailure) { output = try reader.readAll(from: name, limit: limit) } catch { output = nil }
    if output.map({ $0.count > limit }) ?? true { kill(pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1 { guard errno == EINTR else { return nil } }
    return status == 0 ? output : nil
  }
}
