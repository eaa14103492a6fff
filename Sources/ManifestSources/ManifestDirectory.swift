import Diagnostics
import FleetModel

/// Reads manifests from directories and files.
///
/// A directory is read recursively: every `*.yaml` and `*.yml`. Hidden files and directories, `kustomization.yaml` and
/// `kustomization.yml`, and files named by the `.berthignore` in its root are skipped. Symbolic links that stay within the
/// directory are followed, and each file is read once, under its own name if it has one here. Nothing outside is read: a link
/// that leads out is refused by name, and so are devices, FIFOs and sockets that are named like manifests.
public enum ManifestDirectory {
  /// Reads the inputs that the user named. A file that more than one input leads to is read once.
  ///
  /// - Throws: `ManifestSourceError` when an input does not exist, or is a directory that can't be opened or listed. An empty
  ///   directory is no error: it gives no files.
  public static func read(_ inputs: [ManifestInput]) throws(ManifestSourceError) -> ManifestReading {
    try read(inputs, before: nil)
  }

  /// Reads the inputs that the user named. A known file that still has its stamp comes without its bytes
  /// (`ManifestFile.isAsBefore`).
  ///
  /// - Parameter known: files by their paths relative to the source's directory.
  /// - Throws: `ManifestSourceError` as `read(_:)` does.
  public static func read(
    _ inputs: [ManifestInput], knowing known: [String: KnownFile]
  ) throws(ManifestSourceError) -> ManifestReading {
    // Without known files, all cores may read.
    if known.isEmpty { return try read(inputs) }
    return try read(inputs, before: FormerLook(known: known, accepted: { known[$0]?.digest }))
  }

  private static func read(
    _ inputs: [ManifestInput], before: FormerLook?
  ) throws(ManifestSourceError) -> ManifestReading {
    var walk = try SourceWalk(inputs, before: before)
    while try walk.nextDirectory() != nil {}
    return walk.reading
  }
}
