import FleetModel
import Glibc
import SystemCalls

/// Signs of life of runs outside of their directories: supervisors and processes by what they were started with, and
/// cgroups that are not empty.
struct LiveTraces {
  /// For each run of which something is alive, what.
  private(set) var found: [RunName: String] = [:]

  /// Looks for some runs, in one pass over all processes.
  init(of names: Set<RunName>) throws(SystemFailure) {
    if names.isEmpty { return }
    for name in names where Self.hasPopulatedGroup(name) { found[name] = "its cgroup is not empty" }
    let proc = try OpenedFile("/proc", .readOnly, options: .directory)
    for entry in try proc.names() {
      guard let pid = pid_t(entry), pid != getpid() else { continue }
      // The process may have ended, and that of another account does not show its environment.
      if let arguments = Self.texts("/proc/\(pid)/cmdline"), arguments.count >= 4, arguments[1] == "run" {
        let name = RunName(text: arguments[3])
        if names.contains(name) { found[name] = "its supervisor, process \(pid), is alive" }
      }
      guard let variables = Self.texts("/proc/\(pid)/environ") else { continue }
      for variable in variables where variable.hasPrefix("BERTH_RUN=") {
        let name = RunName(text: String(variable.dropFirst(10)))
        if names.contains(name), found[name] == nil { found[name] = "its process \(pid) is alive" }
      }
    }
  }

  /// Returns the NUL-terminated texts of a file of a process; `nil` if it can't be read.
  private static func texts(_ path: String) -> [String]? {
    do throws(SystemFailure) {
      let bytes = try OpenedFile(path, .readOnly).readAll(limit: 1 << 22)
      return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return nil
    }
  }

  /// Whether the cgroup that a shim makes for a run exists and is not empty.
  private static func hasPopulatedGroup(_ name: RunName) -> Bool {
    ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].contains { root in
      do throws(SystemFailure) {
        let bytes = try OpenedFile.ifThere("\(root)/berth/\(name.text)/cgroup.events", .readOnly)?.readAll() ?? []
        return String(decoding: bytes, as: UTF8.self).contains("populated 1")
      } catch {
        return false
      }
    }
  }
}
