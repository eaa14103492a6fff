import TestKit

extension TemporaryDirectory {
  /// The recorded state of a world.
  var database: String { path + "/.berth/state.db" }
}
