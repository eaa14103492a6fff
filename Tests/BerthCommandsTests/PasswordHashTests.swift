import Testing

@testable import BerthCommands

@Suite struct PasswordHashTests {
  @Test func `a hash is yescrypt with a fresh salt and matches its password only`() throws {
    let (first, second) = (try PasswordHash.make(of: "pässword 🔑"), try PasswordHash.make(of: "pässword 🔑"))
    #expect(first.hasPrefix("$y$") && first != second)
    #expect(try PasswordHash.matches("pässword 🔑", hash: first))
    #expect(try PasswordHash.matches("pässword 🔑", hash: second))
    #expect(try !PasswordHash.matches("passwort 🔑", hash: first))
  }

  @Test func `a password that crypt can not take is a typed error`() throws {
    #expect(throws: PasswordHashError.emptyPassword) { try PasswordHash.make(of: "") }
    #expect(throws: PasswordHashError.containsNUL) { try PasswordHash.make(of: "a\u{0}b") }
    let longest = String(repeating: "a", count: PasswordHash.longestPassword)
    #expect(throws: PasswordHashError.passwordTooLong) { try PasswordHash.make(of: longest + "a") }
    #expect(try PasswordHash.make(of: longest).hasPrefix("$y$"))
  }

  @Test func `a setting that crypt does not know is a typed error`() {
    #expect {
      try PasswordHash.matches("a", hash: "$nonsense")
    } throws: {
      if case .unavailable = $0 as? PasswordHashError { true } else { false }
    }
  }
}
