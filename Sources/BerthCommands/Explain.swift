import ArgumentParser

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Later.")
  func run() async throws {}
}
