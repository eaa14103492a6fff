/// Words about a deployment that nothing holds: who starts it.
public enum StartsNextText {
  /// The words after the deployment's name.
  public static func text(isWatched: Bool) -> String { "can start; \(starter(isWatched: isWatched))" }

  /// Returns a clause about who starts it.
  static func starter(isWatched: Bool) -> String {
    isWatched ? "the running watch starts it" : "the next apply starts it, because nothing watches"
  }
}
