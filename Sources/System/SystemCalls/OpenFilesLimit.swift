import Glibc

/// Limit of the number of files that this process may have open: getrlimit(2).
public enum OpenFilesLimit {
  /// The limit that is in force.
  public static var current: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }

  /// Raises the limit as far as that is allowed, because a live run takes a descriptor.
  ///
  /// - Returns: the limit before, which is meant for programs that this one starts.
  @discardableResult
  public static func raise() -> Int {
    let former = current
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return former }
    // More would cost memory in programs that keep a table of all descriptors.
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    if Int(clamping: limit.rlim_cur) > former, setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
      return former
    }
    return former
  }
}
