extension DiagnosticCatalog {
  /// Errors in sources of manifests.
  static let sourceEntries: [Entry] = [
    Entry(
      .emptySource, "no manifests found",
      """
      An empty directory never means that everything is to be deleted, and neither does empty
      standard input, which may come from a command that failed. If it does mean that, pass
      --allow-empty.
      """,
      wrong: "berth apply empty-directory",
      right: "berth apply empty-directory --allow-empty"),
    Entry(
      .linkOutOfTree, "symbolic link out of the source",
      """
      Files outside of the directory tree are not part of the source and differ between machines.
      They are never read or shown.
      """,
      wrong: "lab.yaml -> /etc/passwd",
      right: "lab.yaml -> ../shared/lab.yaml     # inside of the tree"),
    Entry(
      .brokenLink, "broken symbolic link",
      """
      The link is dangling or leads back to itself. A missing manifest is never treated as a deleted
      one.
      """,
      wrong: "lab.yaml -> was-moved.yaml",
      right: "lab.yaml -> clusters/lab.yaml"),
    Entry(
      .notRegularFile, "not a regular file",
      """
      Devices, FIFOs and sockets are not read: they may block or never end.
      """,
      wrong: "mkfifo lab.yaml",
      right: "a regular file"),
    Entry(
      .unreadableFile, "unreadable file",
      """
      The file exists, but the system refuses to open or read it; the message says why.
      """,
      wrong: "chmod 000 lab.yaml",
      right: "chmod 644 lab.yaml"),
    Entry(
      .unreadableDirectory, "unreadable directory",
      """
      The directory is part of the tree, but its contents can't be listed. It is not treated as
      empty, because that would delete what it declares.
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
      .nameNotUTF8, "file name is not UTF-8",
      """
      The name of a file or directory that is not UTF-8 can't be shown or sorted like the others.
      """,
      wrong: "caf\\xe9.yaml",
      right: "café.yaml     # in UTF-8"),
  ]
}
