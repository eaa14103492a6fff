extension DiagnosticCatalog {
  /// Errors in names, addresses and secrets.
  static let nameEntries: [Entry] = [
    Entry(
      .badName, "invalid name",
      """
      Names have at most 63 lower-case letters, digits and inner hyphens (RFC 1123), so that they
      can be part of host names, paths and labels everywhere. Names of users may have several such
      parts separated by dots.
      """,
      wrong: "metadata: {name: Train_Model}",
      right: "metadata: {name: train-model}"),
    Entry(
      .badReference, "invalid reference",
      """
      A cluster is referenced as organization/cluster; a deployment as its name, cluster/name or
      organization/cluster/name.
      """,
      wrong: "cluster: lab",
      right: "cluster: vision/lab"),
    Entry(
      .badImage, "invalid image reference",
      """
      Images are written [registry/]name[:tag][@digest], with a lower-case name.
      """,
      wrong: "image: ghcr.io/Vision/train",
      right: "image: ghcr.io/vision/train:1.4"),
    Entry(
      .leadingDash, "leading hyphen",
      """
      A name, image or program that starts with a hyphen ends up on command lines, where it would be
      read as an option.
      """,
      wrong: "command: [-c, train.py]",
      right: "command: [python, -c, train.py]"),
    Entry(
      .badVariable, "invalid environment variable",
      """
      Names of environment variables consist of ASCII letters, digits and underscores, and do not
      start with a digit. Names that start with BERTH_ are reserved for Berth.
      """,
      wrong: "env: {my-token: x}",
      right: "env: {MY_TOKEN: x}"),
    Entry(
      .badPasswordHash, "password hash not accepted",
      """
      Accepted are yescrypt ($y$) that takes 1 to 256 MiB to check, and bcrypt ($2a$, $2b$, $2y$) of
      cost 10 to 14. Weaker hashes are guessed quickly, more expensive ones let anybody stall the
      login. The hash itself is never shown.
      """,
      wrong: "hashedPassword: $1$...        # MD5",
      right: "berth hash-password           # and copy its output"),
    Entry(
      .badEmail, "invalid e-mail address",
      """
      An address is a name, an @ and a host, without spaces, brackets or invisible characters.
      """,
      wrong: "email: Ada Lovelace <ada@example.org>",
      right: "email: ada@example.org"),
    Entry(
      .badSecretReference, "secret needs exactly one of fromEnv, fromFile",
      """
      A secret comes either from a variable of Berth's environment or from a file next to the
      manifests.
      """,
      wrong: "inviteCode: {fromEnv: A, fromFile: b}",
      right: "inviteCode: {fromEnv: VISION_INVITE}"),
    Entry(
      .fileLeavesSource, "secret file outside the source",
      """
      Files are named relative to the manifest and must be inside the directory tree of the
      manifests. So two checkouts of one commit mean the same, and a manifest can't read other files
      of the machine.
      """,
      wrong: "HF_TOKEN: {fromFile: /etc/shadow}",
      right: "HF_TOKEN: {fromFile: secrets/hf-token}"),
    Entry(
      .badInviteCode, "invalid invite code",
      """
      Invite codes are 1 to 255 printable ASCII characters without spaces. The code itself is never shown.
      """,
      wrong: "inviteCode: \"two words\"",
      right: "inviteCode: {fromEnv: VISION_INVITE}"),
  ]
}
