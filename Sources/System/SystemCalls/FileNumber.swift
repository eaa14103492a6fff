import SystemPackage

/// The device and inode of a file, which no other file has as long as it exists.
public struct FileNumber: Sendable, Hashable {
  private let device: DeviceID
  private let inode: Inode

  /// Takes the number from what stat(2) says.
  public init(_ status: Stat) {
    device = status.deviceID
    inode = status.inode
  }

  /// Returns the number of the file at a path, links followed; `nil` if there is none.
  public init?(at path: String) throws(SystemFailure) {
    do throws(Errno) {
      self.init(try Stat(path))
    } catch {
      if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
      throw SystemFailure("stat", path, error)
    }
  }
}
