import Glibc
import SystemPackage

/// Limit of the system that kept it from watching something: inotify(7), epoll(7).
public struct SystemLimit: Sendable, Hashable {
  /// Its name: `fs.inotify.max_user_watches`. Words where the error is none of a limit.
  public var name: String
  /// The remedy: `raise the sysctl fs.inotify.max_user_watches`.
  public var advice: String

  /// Finds the limit behind a call that failed.
  public init(behind failure: SystemFailure) {
    switch failure.code {
    case .tooManyOpenFiles where Self.mayOpenFiles: self.init(sysctl: "fs.inotify.max_user_instances")
    case .tooManyOpenFiles:
      self.init(name: "open files", advice: "allow Berth more than \(OpenFilesLimit.current) open files")
    case .tooManyOpenFilesInSystem: self.init(sysctl: "fs.file-max")
    case .noSpace where failure.call.hasPrefix("epoll"): self.init(sysctl: "fs.epoll.max_user_watches")
    case .noSpace: self.init(sysctl: "fs.inotify.max_user_watches")
    default:
      self.init(name: failure.description, advice: "mend the cause: \(failure.reason)")
    }
  }

  private init(sysctl: String) { self.init(name: sysctl, advice: "raise the sysctl \(sysctl)") }

  private init(name: String, advice: String) {
    self.name = name
    self.advice = advice
  }

  /// Whether this process may open one more file. The error of inotify_init(2) is the same if not.
  private static var mayOpenFiles: Bool {
    let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
    return descriptor != -1 && close(descriptor) == 0
  }
}
