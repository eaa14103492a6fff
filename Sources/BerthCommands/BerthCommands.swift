import ArgumentParser
import CCrypt
public func run() { Root.main() }
struct Root: ParsableCommand {
  func run() throws { print("x") }
}
