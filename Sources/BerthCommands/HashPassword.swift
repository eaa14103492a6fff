import ArgumentParser

struct HashPassword: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Later.")
  func run() async throws {}
}
