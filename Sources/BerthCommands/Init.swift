import ArgumentParser

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Later.")
  func run() async throws {}
}
