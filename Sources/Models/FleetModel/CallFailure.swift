/// Failure of a call to an engine, or of what the call needed, by what the core may do about it.
public enum CallFailure: Sendable, Hashable {
  /// The same call may succeed later.
  case retryable(String)
  /// The same call will not succeed.
  case terminal(String)
  /// A secret that the run needs is not available here.
  case secretUnavailable(String)

  /// The message for people.
  public var message: String {
    switch self {
    case .retryable(let message), .terminal(let message), .secretUnavailable(let message): message
    }
  }
}
