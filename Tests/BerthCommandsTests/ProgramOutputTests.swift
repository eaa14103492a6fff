import Glibc
import SystemCalls
import TestKit
import Testing

/// Programs whose output is wanted.
@Suite struct ProgramOutputTests {
  /// Returns the line of `/proc/PID/status` with a key, as the started program sees it.
  private static func status(_ key: String) -> String? {
    ProgramOutput.of("grep", [key, "/proc/self/status"], environment: [:], limit: 4096).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test func `no signal is blocked in a program, whatever the calling thread blocks`() async {
    let blocked = await onOwnThread { () -> String? in
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      return Self.status("SigBlk")
    }
    #expect(blocked == "SigBlk:\t0000000000000000\n")
  }

  @Test func `a program that is missing, fails or writes too much has no output`() {
    #expect(ProgramOutput.of("no-such-program", [], environment: [:], limit: 10) == nil)
    #expect(ProgramOutput.of("false", [], environment: [:], limit: 10) == nil)
    #expect(ProgramOutput.of("yes", [], environment: [:], limit: 10) == nil)
    #expect(ProgramOutput.of("printf", ["abc"], environment: [:], limit: 10) == Array("abc".utf8))
  }
}
