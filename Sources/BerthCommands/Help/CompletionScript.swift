import ArgumentParser

struct Completions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a completion script for a shell.",
    discussion: """
      Identities are completed from the recorded state. To install it:

      berth completions bash > ~/.local/share/bash-completion/completions/berth
      berth completions fish > ~/.config/fish/completions/berth.fish

      For zsh, as _berth in any directory of $fpath:

      berth completions zsh > ~/.zfunc/_berth
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
    var shell: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"))
  var shell: Shell
  @OptionGroup var printing: PrintOptions

  func run() async throws { printing.output.write(Root.completionScript(for: shell.shell) + "\n") }
}
