/// Reason why an engine's call failed. The case says whether a retry makes sense; the text never does.
public enum EngineError: Error, Sendable, Hashable {
  /// The same call may succeed later: the engine did not answer, or is busy.
  case retryable(String)
  /// The same call will not succeed: the image or the command does not exist.
  case terminal(String)

  /// The engine's message, for people.
  public var message: String {
    switch self {
    case .retryable(let message), .terminal(let message): message
    }
  }
}
