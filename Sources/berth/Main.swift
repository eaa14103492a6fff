import BerthCommands
import Glibc

@main
struct Main {
  static func main() async {
    exit(await BerthProgram.run(Array(CommandLine.arguments.dropFirst())))
  }
}
