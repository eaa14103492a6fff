import BerthCommands

@main
struct Main {
  static func main() {
    run()
  }
}
