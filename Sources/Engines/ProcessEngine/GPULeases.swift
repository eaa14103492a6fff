import Glibc
import SystemCalls

/// Leases of the GPUs of a machine, which the runs of all installations on it share. `Sources/Engines/ProcessShim/gpus.c`
/// takes them. A GPU that is declared and that the machine does not have is leased by nobody.
public struct GPULeases: Sendable {
  /// Absolute path of the directory of the files that lock GPUs, one for all installations. All accounts can write there.
  public var directory: String
  /// Absolute path of the directory of devices; NVIDIA's are `nvidia0`, `nvidia1` and so on.
  public var devices: String

  /// Makes the description of leases.
  public init(directory: String, devices: String) {
    self.directory = directory
    self.devices = devices
  }

  /// The leases of this machine. Its directory of locks is used if all accounts can write there, as on Debian.
  public static var ofThisMachine: GPULeases {
    GPULeases(directory: isShared("/run/lock") ? "/run/lock" : "/dev/shm", devices: "/dev")
  }

  /// Whether all accounts may make files in a directory, and remove only their own.
  private static func isShared(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    let wanted = mode_t(S_IFDIR) | mode_t(S_ISVTX) | mode_t(S_IWOTH)
    return status.st_mode & (mode_t(S_IFMT) | mode_t(S_ISVTX) | mode_t(S_IWOTH)) == wanted
  }

  /// Whether the machine has the GPU of a slot.
  func exists(slot: Int) -> Bool { access("\(devices)/nvidia\(slot)", F_OK) == 0 }
}
