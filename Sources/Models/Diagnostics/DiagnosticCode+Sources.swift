/// Codes of errors in the files of a source, before any of them is read: 101 to 119.
extension DiagnosticCode {
  /// A symbolic link that leads out of the tree.
  public static let linkOutOfTree = DiagnosticCode(101)
  /// A symbolic link that is dangling or leads in a circle.
  public static let brokenLink = DiagnosticCode(102)
  /// A device, FIFO, socket or directory where a file is expected.
  public static let notRegularFile = DiagnosticCode(103)
  /// A file that can't be opened or read.
  public static let unreadableFile = DiagnosticCode(104)
  /// A directory within the tree that can't be opened or listed.
  public static let unreadableDirectory = DiagnosticCode(105)
  /// Directories nested more than 64 deep.
  public static let directoryTooDeep = DiagnosticCode(106)
  /// A name of a file or directory that is not UTF-8.
  public static let nameNotUTF8 = DiagnosticCode(107)
}
