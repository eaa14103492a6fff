import ArgumentParser

struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Later.")
  func run() async throws {}
}
