/// Codes of errors in the text of one file.
extension DiagnosticCode {
  /// A file of more than 64 MiB.
  public static let fileTooLarge = DiagnosticCode(1)
  /// Maps and lists nested more than 64 deep.
  public static let nestedTooDeep = DiagnosticCode(2)
  /// A scalar of more than 1 MiB.
  public static let scalarTooLong = DiagnosticCode(3)
  /// Aliases that expand beyond the limits.
  public static let expandsTooFar = DiagnosticCode(4)
  /// Text that is not YAML.
  public static let syntax = DiagnosticCode(5)
  /// Bytes that are not UTF-8.
  public static let invalidUTF8 = DiagnosticCode(6)
  /// A file in UTF-16 or UTF-32.
  public static let wrongEncoding = DiagnosticCode(7)
  /// NUL, a control character, or a line separator that editors do not count.
  public static let controlCharacter = DiagnosticCode(8)
  /// A tab in the indentation.
  public static let tabIndent = DiagnosticCode(9)
  /// A key that occurs twice in a map.
  public static let duplicateKey = DiagnosticCode(10)
  /// A tag that is not a standard YAML one.
  public static let customTag = DiagnosticCode(11)
  /// A field that does not exist.
  public static let unknownField = DiagnosticCode(12)
  /// A key that is not a scalar.
  public static let complexKey = DiagnosticCode(13)
  /// An alias without an anchor.
  public static let undefinedAlias = DiagnosticCode(14)
  /// An alias within its own anchor.
  public static let recursiveAlias = DiagnosticCode(15)
  /// A merge key, `<<`, with something other than a map.
  public static let badMerge = DiagnosticCode(16)
  /// More errors in one file than are shown.
  public static let tooManyErrors = DiagnosticCode(17)
  /// More than 10,000 entries in one list or in one map with free keys.
  public static let tooManyEntries = DiagnosticCode(18)
}

/// Codes of errors in single values.
extension DiagnosticCode {
  /// A map, list or scalar where another is expected.
  public static let wrongShape = DiagnosticCode(20)
  /// A null where a value is expected.
  public static let nullValue = DiagnosticCode(21)
  /// Something other than `true` and `false`.
  public static let notBoolean = DiagnosticCode(22)
  /// A number in a spelling that programs read differently.
  public static let numberSpelling = DiagnosticCode(23)
  /// A number or quantity out of range.
  public static let outOfRange = DiagnosticCode(24)
  /// A quantity with a missing or unknown unit.
  public static let quantitySpelling = DiagnosticCode(25)
  /// A duration that is not a number with one unit.
  public static let durationSpelling = DiagnosticCode(26)
  /// A word that is not one of those allowed.
  public static let unknownWord = DiagnosticCode(27)
  /// A required field that is missing.
  public static let missingField = DiagnosticCode(28)
  /// An empty string where text is required.
  public static let emptyString = DiagnosticCode(29)
  /// An `apiVersion` other than `berth/v1`.
  public static let wrongVersion = DiagnosticCode(30)
  /// A kind that does not exist.
  public static let unknownKind = DiagnosticCode(31)
  /// A name that is not a valid RFC 1123 name.
  public static let badName = DiagnosticCode(32)
  /// A reference that does not consist of names.
  public static let badReference = DiagnosticCode(33)
  /// An image that is not a valid reference.
  public static let badImage = DiagnosticCode(34)
  /// A value with a leading hyphen, which programs would read as an option.
  public static let leadingDash = DiagnosticCode(35)
  /// A variable that a deployment can't have.
  public static let badVariable = DiagnosticCode(36)
  /// A password hash of a kind or cost that is not accepted.
  public static let badPasswordHash = DiagnosticCode(37)
  /// An invalid e-mail address.
  public static let badEmail = DiagnosticCode(38)
  /// A secret reference with neither or both of `fromEnv` and `fromFile`.
  public static let badSecretReference = DiagnosticCode(39)
  /// A secret's file outside of the source.
  public static let fileLeavesSource = DiagnosticCode(40)
  /// An engine that this version does not have.
  public static let engineUnavailable = DiagnosticCode(41)
  /// An invite code that can't be typed.
  public static let badInviteCode = DiagnosticCode(42)
  /// Two settings that conflict.
  public static let contradiction = DiagnosticCode(43)
}

/// Codes of errors between documents.
extension DiagnosticCode {
  /// One object declared twice.
  public static let duplicateIdentity = DiagnosticCode(50)
  /// A reference to an object that does not exist.
  public static let unknownReference = DiagnosticCode(51)
  /// One e-mail address or invite code used by two objects.
  public static let duplicateValue = DiagnosticCode(52)
  /// A creator that is not a member of the cluster's organization.
  public static let creatorNotMember = DiagnosticCode(53)
  /// An owner that is not a member of the cluster's organization.
  public static let ownerNotMember = DiagnosticCode(54)
  /// An owner that is not active.
  public static let ownerInactive = DiagnosticCode(55)
  /// A request that exceeds the whole cluster.
  public static let neverFits = DiagnosticCode(56)
  /// Deployments that depend on each other.
  public static let dependencyCycle = DiagnosticCode(57)
  /// A deployment that depends on itself.
  public static let dependsOnItself = DiagnosticCode(58)
  /// A dependency on the completion of a service.
  public static let completedService = DiagnosticCode(59)
  /// A deployment on the process engine without a command.
  public static let commandRequired = DiagnosticCode(60)
  /// A former name that is still declared, or that two objects claim.
  public static let badRename = DiagnosticCode(61)
  /// A list entry that occurs twice.
  public static let repeatedEntry = DiagnosticCode(62)
  /// A command or an environment that the system can't pass to a process.
  public static let commandTooLong = DiagnosticCode(63)
}

/// Codes of errors in sources of manifests.
extension DiagnosticCode {
  /// A source without any manifest.
  public static let emptySource = DiagnosticCode(74)
}
