import ArgumentParser
import Glibc

/// Groups of the benchmark's lines.
enum Group: String, CaseIterable, ExpressibleByArgument {
  /// Reading and decoding, against libyaml's events.
  case decode
  /// The first apply of suspended deployments, against SQLite's insert.
  case apply
  /// The diff of unchanged deployments, against SQLite's scan.
  case diff
  /// Passes of a watch.
  case watch
  /// Jobs that end at once, against processes that do.
  case launch
  /// Jobs that wait for one another.
  case chain
  /// Taking over live runs.
  case adopt
  /// The scheduler's decisions alone.
  case decisions
  /// Start-up and size of the program.
  case program
}

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "berth-bench",
    abstract: "Measure Berth beside the C programs that pay for the same bytes, rows and processes.",
    discussion: """
      Makes its own input, runs Berth and its floors in turn, and prints medians, their ratios and the least and the most of the \
      rounds. Build with `swift build -c release --static-swift-stdlib`; other figures mean nothing.
      """)

  @Flag(help: "A tenth of everything, in one round: to see that it works.")
  var quick = false
  @Option(help: "Only these, separated by commas: \(Group.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: String?
  @Option(help: "How often Berth and floor run in turn.")
  var rounds: Int?
  @Option(help: "How many files of a hundred deployments.")
  var files: Int?
  @Option(help: "How many jobs are launched.")
  var jobs: Int?
  @Option(help: "How many deployments wait where decisions are measured.")
  var pending: Int?
  @Option(help: "How many ends of runs are measured.")
  var ends: Int?
  @Option(help: "A trace in the Standard Workload Format, for 256 processors.")
  var trace: String?
  @Flag(inversion: .prefixedNo, help: "Count instructions.")
  var callgrind: Bool = true
  @Option(help: "The program to measure, if not the one beside this.")
  var berth: String?
  @Option(help: "Where to work: a local disk with room for 1 GB.")
  var directory: String = "/tmp"
  @Flag(help: "Leave the directory.")
  var keep = false

  func groups() throws -> [Group] {
    guard let only else { return Group.allCases }
    return try only.split(separator: ",").map { name in
      guard let group = Group(rawValue: String(name)) else { throw ValidationError("There is no '\(name)'.") }
      return group
    }
  }

  func validate() throws { _ = try groups() }

  func run() throws {
    let chosen = try groups()
    let settings = BenchmarkEnvironment.Settings(
      rounds: rounds ?? (quick ? 1 : 5), files: files ?? (quick ? 100 : 1000), jobs: jobs ?? (quick ? 500 : 5000),
      manyJobs: quick ? 2000 : 20_000, chain: quick ? 50 : 500, aliveRuns: quick ? 200 : 2000,
      pending: max(50, pending ?? (quick ? 10_000 : 100_000)), ends: ends ?? 300, trace: trace,
      hasCallgrind: callgrind && Self.hasValgrind())
    defer { Child.removeErrors() }
    let environment = try BenchmarkEnvironment(settings: settings, berth: berth, parent: directory)
    var figures: [Figure] = []
    do {
      let lines = BenchmarkLines(environment: environment)
      for group in chosen {
        for figure in try lines.figures(of: group) {
          figures.append(figure)
          writeLine(2, "\(figure.name): " + figure.cells.dropFirst().filter { !$0.isEmpty }.joined(separator: "  "))
        }
      }
    } catch {
      if !keep { try environment.remove() }
      throw error
    }
    if keep { writeLine(2, "left: \(environment.directory)") } else { try environment.remove() }
    writeLine(1, Figure.table(figures))
  }

  private static func hasValgrind() -> Bool {
    do { return try Child.run(["valgrind", "--version"]).output.isEmpty } catch { return false }
  }
}
