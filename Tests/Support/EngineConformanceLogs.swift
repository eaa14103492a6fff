import EngineInterface
import FleetModel

extension EngineConformance {
  /// Logs of runs.
  static let logChecks: [Check] = [
    Check(description: "a log whole, and its last lines") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("echo one; echo two >&2; printf 'three\nfour'")
      try await suite.start(request, on: engine)
      _ = try await suite.outcome(of: request.name, on: engine)
      let name = request.name
      try expect("whole", try await suite.text(of: name, on: engine), is: "one\ntwo\nthree\nfour")
      let tails = [
        (0, ""), (1, "four"), (2, "three\nfour"), (4, "one\ntwo\nthree\nfour"), (9, "one\ntwo\nthree\nfour"),
      ]
      for (count, wanted) in tails {
        let found = try await suite.text(of: name, on: engine, options: LogOptions(tail: count))
        try expect("last \(count)", found, is: wanted)
      }
      try await engine.remove(name)
    },
    Check(description: "the last lines of a log that ends with a newline") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done")
      try await suite.start(request, on: engine)
      _ = try await suite.outcome(of: request.name, on: engine)
      let tail = try await suite.text(of: request.name, on: engine, options: LogOptions(tail: 2))
      try expect("tail", tail, is: "line 19999\nline 20000\n")
      let long = try await suite.text(of: request.name, on: engine, options: LogOptions(tail: 15000))
      try expect("long tail", long.hasPrefix("line 5001\n") && long.hasSuffix("line 20000\n"))
      try await engine.remove(request.name)
    },
    Check(description: "the last lines of a log with NUL bytes") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request(#"printf 'one\n\000two\n\000\000\nfour\n'"#)
      try await suite.start(request, on: engine)
      _ = try await suite.outcome(of: request.name, on: engine)
      for (count, wanted) in [
        (1, "four\n"), (2, "\0\0\nfour\n"), (3, "\0two\n\0\0\nfour\n"), (9, "one\n\0two\n\0\0\nfour\n"),
      ] {
        let found = try await suite.text(of: request.name, on: engine, options: LogOptions(tail: count))
        try expect("last \(count)", found, is: wanted)
      }
      try await engine.remove(request.name)
    },
    Check(description: "a followed log ends with its run, complete") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("for i in 1 2 3 4 5; do echo $i; sleep 0.05; done; printf end")
      let handle = try await engine.prepare(request)
      // From before the launch on.
      async let followed = suite.text(of: request.name, on: engine, options: LogOptions(follow: true))
      _ = try await engine.launch(handle, of: request, secrets: [:])
      try expect("followed", try await followed, is: "1\n2\n3\n4\n5\nend")
      try await engine.remove(request.name)
    },
  ]
}
