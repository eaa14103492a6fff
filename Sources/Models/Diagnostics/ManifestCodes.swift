/// Codes of what can be wrong with the text of one file.
extension DiagnosticCode {
  /// A file of more than 64 MiB.
  public static let fileTooLarge = DiagnosticCode(1)
  /// Mappings and lists nested more than 64 deep.
  public static let nestedTooDeep = DiagnosticCode(2)
  /// A scalar of more than 1 MiB.
  public static let scalarTooLong = DiagnosticCode(3)
  /// Aliases that expand to more than the bound.
  public static let expandsTooFar = DiagnosticCode(4)
  /// Text that is not YAML.
  public static let syntax = DiagnosticCode(5)
  /// Bytes that are not UTF-8.
  public static let invalidUTF8 = DiagnosticCode(6)
  /// A file in UTF-16 or UTF-32.
  public static let wrongEncoding = DiagnosticCode(7)
  /// NUL, a control character, or a line separator that editors do not count.
  public static let controlCharacter = DiagnosticCode(8)
  /// A tab where indentation is meant.
  public static let tabIndent = DiagnosticCode(9)
  /// A key that a mapping has twice.
  public static let duplicateKey = DiagnosticCode(10)
  /// A tag other than those of plain YAML.
  public static let customTag = DiagnosticCode(11)
  /// A field that does not exist.
  public static let unknownField = DiagnosticCode(12)
  /// A key that is no text.
  public static let complexKey = DiagnosticCode(13)
  /// An alias without an anchor.
  public static let undefinedAlias = DiagnosticCode(14)
  /// An alias inside of what it stands for.
  public static let recursiveAlias = DiagnosticCode(15)
  /// `<<` with something other than a mapping.
  public static let badMerge = DiagnosticCode(16)
  /// More mistakes in one file than are shown.
  public static let tooManyMistakes = DiagnosticCode(17)
  /// More than 10,000 entries of one list or one mapping with free keys.
  public static let tooManyEntries = DiagnosticCode(18)
}

/// Codes of what can be wrong with one value.
extension DiagnosticCode {
  /// A mapping, list or scalar where another is meant.
  public static let wrongShape = DiagnosticCode(20)
  /// Nothing, where a value is meant.
  public static let nullValue = DiagnosticCode(21)
  /// Something other than `true` and `false`.
  public static let notBoolean = DiagnosticCode(22)
  /// A number in a spelling that programs read differently.
  public static let numberSpelling = DiagnosticCode(23)
  /// A number or quantity outside of its range.
  public static let outOfRange = DiagnosticCode(24)
  /// A quantity without its unit, or with an unknown one.
  public static let quantitySpelling = DiagnosticCode(25)
  /// A duration that is not a number and one unit.
  public static let durationSpelling = DiagnosticCode(26)
  /// A word that is none of those allowed.
  public static let unknownWord = DiagnosticCode(27)
  /// A required field that is left out.
  public static let missingField = DiagnosticCode(28)
  /// An empty text where one is needed.
  public static let emptyText = DiagnosticCode(29)
  /// An `apiVersion` other than `berth/v1`.
  public static let wrongVersion = DiagnosticCode(30)
  /// A kind that does not exist.
  public static let unknownKind = DiagnosticCode(31)
  /// A name outside of RFC 1123.
  public static let badName = DiagnosticCode(32)
  /// A reference that is not made of names.
  public static let badReference = DiagnosticCode(33)
  /// An image outside of the reference grammar.
  public static let badImage = DiagnosticCode(34)
  /// A text that programs would take for an option.
  public static let leadingDash = DiagnosticCode(35)
  /// A name that no environment variable of a deployment can have.
  public static let badVariable = DiagnosticCode(36)
  /// A password hash of a kind or cost that is not accepted.
  public static let badPasswordHash = DiagnosticCode(37)
  /// A text that is no e-mail address.
  public static let badEmail = DiagnosticCode(38)
  /// A reference to a secret that names neither a variable nor a file.
  public static let badSecretReference = DiagnosticCode(39)
  /// A secret's file outside of the source.
  public static let fileLeavesSource = DiagnosticCode(40)
  /// An engine that this version does not have.
  public static let engineUnavailable = DiagnosticCode(41)
  /// An invite code that cannot be handed to anybody.
  public static let badInviteCode = DiagnosticCode(42)
  /// Two settings that do not go together.
  public static let contradiction = DiagnosticCode(43)
}

/// Codes of what can be wrong among documents.
extension DiagnosticCode {
  /// One object declared twice.
  public static let duplicateIdentity = DiagnosticCode(50)
  /// A name that nothing has.
  public static let unknownReference = DiagnosticCode(51)
  /// One e-mail address or invite code of two objects.
  public static let duplicateValue = DiagnosticCode(52)
  /// A creator that is not a member of the cluster's organization.
  public static let creatorNotMember = DiagnosticCode(53)
  /// An owner that is not a member of the cluster's organization.
  public static let ownerNotMember = DiagnosticCode(54)
  /// An owner that is not active.
  public static let ownerInactive = DiagnosticCode(55)
  /// A request beyond what the whole cluster has.
  public static let neverFits = DiagnosticCode(56)
  /// Deployments that wait for each other.
  public static let dependencyCycle = DiagnosticCode(57)
  /// A deployment that waits for itself.
  public static let dependsOnItself = DiagnosticCode(58)
  /// Waiting for the end of a service.
  public static let completedService = DiagnosticCode(59)
  /// A deployment on the process engine without a command.
  public static let commandRequired = DiagnosticCode(60)
  /// A former name that something still has, or that two claim.
  public static let badRename = DiagnosticCode(61)
  /// One name twice in a list.
  public static let repeatedEntry = DiagnosticCode(62)
}

/// Codes of what can be wrong with where manifests come from.
extension DiagnosticCode {
  /// A source without any manifest.
  public static let emptySource = DiagnosticCode(74)
}
