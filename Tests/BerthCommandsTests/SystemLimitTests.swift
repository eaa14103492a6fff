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

  @Test func `an error that is none of a limit names no limit`() {
    let limit = SystemLimit(behind: SystemFailure("inotify_add_watch", "/x", .permissionDenied))
    #expect(!limit.advice.contains("sysctl"))
    #expect(limit.name.contains("/x"))
  }
}
