extension DiagnosticCatalog {
  /// Mistakes in where manifests come from.
  static let sourceEntries: [Entry] = [
    Entry(
      .pathNotFound, "a path that does not exist",
      """
      Nothing has the name that was given.
      """,
      wrong: "berth diff manifest",
      right: "berth diff manifests"),
    Entry(
      .unreadable, "a file or directory that can't be read",
      """
      It is there, and the system refuses to open it; the message says why.
      """,
      wrong: "chmod 000 lab.yaml",
      right: "chmod 644 lab.yaml"),
    Entry(
      .linkLeavesTree, "a symbolic link out of the tree",
      """
      What lies outside of the tree is not part of the source, and differs between machines. Its contents
      are never read or shown.
      """,
      wrong: "lab.yaml -> /etc/passwd",
      right: "lab.yaml -> ../shared/lab.yaml     # inside of the tree"),
    Entry(
      .notAFile, "something that is no file",
      """
      Devices, FIFOs and sockets are not read: they may never end, or block.
      """,
      wrong: "mkfifo lab.yaml",
      right: "a regular file"),
    Entry(
      .emptySource, "a source without any manifest",
      """
      An empty directory, or nothing on standard input because what should have written it failed, never
      means that everything is to be deleted, nor that all is well. If it does, say so with --allow-empty.
      """,
      wrong: "berth apply empty-directory",
      right: "berth apply empty-directory --allow-empty"),
    Entry(
      .pathTwice, "a path that is named twice",
      """
      Each of its documents would be declared twice.
      """,
      wrong: "berth apply manifests manifests/lab.yaml",
      right: "berth apply manifests"),
  ]
}
