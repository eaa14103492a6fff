import Glibc
import SystemCalls
import SystemPackage
import Testing

@Suite struct SystemLimitTests {
  @Test(arguments: [
    ("inotify_init1", Errno.tooManyOpenFiles, "fs.inotify.max_user_instances"),
    ("inotify_init1", .tooManyOpenFilesInSystem, "fs.file-max"),
    ("inotify_add_watch", .noSpace, "fs.inotify.max_user_watches"),
    ("epoll_ctl", .noSpace, "fs.epoll.max_user_watches"),
  ])
  func `the limit that is too low is named`(call: String, code: Errno, name: String) {
    let limit = SystemLimit(behind: SystemFailure(call, nil, code))
    #expect(limit.name == name)
    #expect(limit.advice == "raise the sysctl \(name)")
  }

  @Test func `where no more files may be opened, that is the limit and no sysctl`() async {
    // In a process of its own, because the limit is everybody's.
    await #expect(processExitsWith: .success) {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
      limit.rlim_cur = 3
      guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(3) }
      let found = SystemLimit(behind: SystemFailure("inotify_init1", nil, .tooManyOpenFiles))
      if found.name != "open files" || found.advice != "allow Berth more than 3 open files" { exit(4) }
      exit(0)
    }
  }

  @Test func `an error that is none of a limit names no limit`() {
    let limit = SystemLimit(behind: SystemFailure("inotify_add_watch", "/x", .permissionDenied))
    #expect(!limit.advice.contains("sysctl"))
    #expect(limit.name.contains("/x"))
  }
}
