import ArgumentParser
import Glibc
import SystemCalls
import SystemPackage

struct HashPassword: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash-password",
    abstract: "Hash a password for a User manifest.",
    discussion: """
      On a terminal, the command asks twice without echo; elsewhere it reads one line from standard input. It prints a \
      yescrypt hash for `hashedPassword`.
      """)

  @OptionGroup var printing: PrintOptions

  private static let pipe = "pass the password as one line on standard input"
  private static let again = "run the command again"

  func run() async throws {
    let password: String
    if isatty(0) == 1 {
      password = try Self.ask("Password: ", on: printing.error)
      guard try Self.ask("Repeat password: ", on: printing.error) == password else {
        throw CommandError.system("the passwords differ", hint: Self.again)
      }
    } else {
      let bytes = try Self.standardInput()
      let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
      guard lines.count < 2 || lines[1].isEmpty else {
        throw CommandError.system("standard input has more than one line", hint: "pass the password as a single line")
      }
      guard let text = String(validating: lines[0], as: UTF8.self) else {
        throw CommandError.system("the password is not UTF-8", hint: "type it on a terminal, or convert it")
      }
      password = text
    }
    printing.output.write(try PasswordHash.make(of: password) + "\n")
  }

  private static func standardInput() throws(CommandError) -> [UInt8] {
    do throws(SystemFailure) {
      let bytes = try FileDescriptor.standardInput.readAll(from: "-", limit: 4096)
      if bytes.count <= 4096 { return bytes }
    } catch {
      // Said below.
    }
    throw .system(
      "standard input can't be read, or is too long for a password", hint: "at most 4096 bytes are allowed")
  }

  /// Reads one line from the terminal without echo, and always restores the terminal.
  private static func ask(_ prompt: String, on stream: TextStream) throws -> String {
    var settings = termios()
    guard tcgetattr(0, &settings) == 0 else {
      throw CommandError.system("can't change the settings of the terminal", hint: Self.pipe)
    }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    // With ISIG off, Ctrl-C arrives as a byte and can't leave the terminal without echo.
    silent.c_lflag &= ~tcflag_t(ISIG)
    guard tcsetattr(0, TCSAFLUSH, &silent) == 0 else {
      throw CommandError.system("can't change the settings of the terminal", hint: Self.pipe)
    }
    defer {
      tcsetattr(0, TCSAFLUSH, &settings)
      stream.write("\n")
    }
    stream.write(prompt)
    guard let line = readLine(strippingNewline: true) else {
      throw CommandError.system("nothing was typed", hint: Self.again)
    }
    if line.utf8.contains(3) { throw ExitStatus.interrupted }
    return line
  }
}
