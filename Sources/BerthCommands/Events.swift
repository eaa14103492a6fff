import ArgumentParser

struct Events: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Later.")
  func run() async throws {}
}
