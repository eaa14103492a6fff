import ArgumentParser
import Glibc

/// Runs the lines of the benchmark, or a part of them that needs a process of its own.
@main struct Main {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if let part = Part(arguments) { return try await part.run() }
      try Benchmark.parse(arguments).run()
    } catch let failure as BenchmarkFailure {
      writeLine(2, "berth-bench: \(failure.description)")
      exit(1)
    } catch {
      Benchmark.exit(withError: error)
    }
  }
}

/// Reason why there are no figures.
struct BenchmarkFailure: Error {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Writes a line to a descriptor, unbuffered.
func writeLine(_ descriptor: Int32, _ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = write(descriptor, bytes, bytes.count)
}
