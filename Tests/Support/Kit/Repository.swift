import Foundation

/// Paths of this repository's files and of this build's programs.
public enum Repository {
  /// The top directory of the repository.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    .standardizedFileURL

  /// The directory of this build's programs, which is that of the tests.
  public static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .path
}
