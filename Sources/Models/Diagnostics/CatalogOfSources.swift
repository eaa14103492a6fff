extension DiagnosticCatalog {
  /// Errors in sources of manifests.
  static let sourceEntries: [Entry] = [
    Entry(
      .emptySource, "a source without any manifest",
      """
      An empty directory, or nothing on standard input because what should have written it failed, never
      means that everything is to be deleted, nor that all is well. If it does, say so with --allow-empty.
      """,
      wrong: "berth apply empty-directory",
      right: "berth apply empty-directory --allow-empty"),
    Entry(
      .linkOutOfTree, "a symbolic link out of the tree",
      """
      What lies outside of the tree is not part of the source, and differs between machines. Its contents
      are never read or shown.
      """,
      wrong: "lab.yaml -> /etc/passwd",
      right: "lab.yaml -> ../shared/lab.yaml     # inside of the tree"),
    Entry(
      .brokenLink, "a symbolic link that can't be followed",
      """
      It leads nowhere, or back to itself. A manifest that is missing is never taken for one that was deleted.
      """,
      wrong: "lab.yaml -> was-moved.yaml",
      right: "lab.yaml -> clusters/lab.yaml"),
    Entry(
      .notRegularFile, "something that is no file",
      """
      Devices, FIFOs and sockets are not read: they may never end, or block.
      """,
      wrong: "mkfifo lab.yaml",
      right: "a regular file"),
    Entry(
      .unreadableFile, "a file that can't be read",
      """
      It is there, and the system refuses to open or read it; the message says why.
      """,
      wrong: "chmod 000 lab.yaml",
      right: "chmod 644 lab.yaml"),
    Entry(
      .unreadableDirectory, "a directory that can't be listed",
      """
      It is part of the tree, and what it holds can't be seen. It is not taken for empty, which would delete what
      it declares.
      """,
      wrong: "chmod 000 clusters",
      right: "chmod 755 clusters     # or name it in .berthignore"),
    Entry(
      .directoryTooDeep, "directories nested too deeply",
      """
      Directories are read down to 64 levels.
      """,
      wrong: "a/b/c/…     # more than 64 levels",
      right: "fewer levels, or several paths: berth apply a b"),
    Entry(
      .nameNotUTF8, "a name that is not UTF-8",
      """
      The name of a file or directory can't be shown or ordered like the others.
      """,
      wrong: "caf\\xe9.yaml",
      right: "café.yaml     # in UTF-8"),
  ]
}
