import Glibc

/// Questions about the paths of manifests.
enum ManifestPath {
  /// Whether a path names a manifest, by its last part.
  static func isManifest(_ path: String) -> Bool {
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return false }
    let name = path.split(separator: "/").last ?? ""
    return name != "kustomization.yaml" && name != "kustomization.yml"
  }

  /// Returns the absolute path without links; `nil` if the path leads nowhere.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
