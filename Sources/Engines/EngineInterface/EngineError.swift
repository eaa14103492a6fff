/// Why an engine could not do what it was asked. Whether trying again makes sense is the type, never the text.
public enum EngineError: Error, Sendable, Hashable {
  /// The same call may succeed later: the engine did not answer, or is busy.
  case retryable(String)
  /// The same call will not succeed: the image or the command does not exist.
  case terminal(String)

  /// The engine's words, for people.
  public var message: String {
    switch self {
    case .retryable(let message), .terminal(let message): message
    }
  }
}
