extension DiagnosticCatalog {
  /// Errors in names, addresses and secrets.
  static let nameEntries: [Entry] = [
    Entry(
      .badName, "a name outside of RFC 1123",
      """
      Names are at most 63 small letters, digits and inner hyphens, so that they can be parts of host
      names, paths and labels everywhere. Names of users may have several such parts with dots between
      them.
      """,
      wrong: "metadata: {name: Train_Model}",
      right: "metadata: {name: train-model}"),
    Entry(
      .badReference, "a reference that is not made of names",
      """
      A cluster is named organization/cluster; a deployment by its name, cluster/name or
      organization/cluster/name.
      """,
      wrong: "cluster: lab",
      right: "cluster: vision/lab"),
    Entry(
      .badImage, "an image outside of the reference grammar",
      """
      Images are written [registry/]name[:tag][@digest], the name in small letters.
      """,
      wrong: "image: ghcr.io/Vision/train",
      right: "image: ghcr.io/vision/train:1.4"),
    Entry(
      .leadingDash, "a text that programs would take for an option",
      """
      A name, image or program that starts with a hyphen ends up on command lines, where it would be read
      as an option.
      """,
      wrong: "command: [-c, train.py]",
      right: "command: [python, -c, train.py]"),
    Entry(
      .badVariable, "a variable that a deployment can't have",
      """
      Names of environment variables are letters, digits and underscores, and do not begin with a digit.
      Those that begin with BERTH_ are set by Berth.
      """,
      wrong: "env: {my-token: x}",
      right: "env: {MY_TOKEN: x}"),
    Entry(
      .badPasswordHash, "a password hash that is not accepted",
      """
      Accepted are yescrypt ($y$) that takes 1 to 256 MiB to check, and bcrypt ($2a$, $2b$, $2y$) of cost
      10 to 14. Weaker ones are guessed quickly, costlier ones let anybody stall the log-in. The hash
      itself is never shown.
      """,
      wrong: "hashedPassword: $1$...        # MD5",
      right: "berth hash-password           # and copy its output"),
    Entry(
      .badEmail, "a text that is no e-mail address",
      """
      An address is a name, an @ and a host, without spaces, brackets or invisible characters.
      """,
      wrong: "email: Ada Lovelace <ada@example.org>",
      right: "email: ada@example.org"),
    Entry(
      .badSecretReference, "a secret that is named in no way, or in two",
      """
      A secret is found either in a variable of Berth's environment or in a file beside the manifests.
      """,
      wrong: "inviteCode: {fromEnv: A, fromFile: b}",
      right: "inviteCode: {fromEnv: VISION_INVITE}"),
    Entry(
      .fileLeavesSource, "a secret's file outside of the source",
      """
      Files are named relative to the manifest, and lie inside of the tree that the manifests come from:
      so two checkouts of one commit mean the same, and a manifest can't read other files of the machine.
      """,
      wrong: "HF_TOKEN: {fromFile: /etc/shadow}",
      right: "HF_TOKEN: {fromFile: secrets/hf-token}"),
    Entry(
      .badInviteCode, "an invite code that can't be handed on",
      """
      Invite codes are 1 to 255 printable ASCII characters without spaces. The code itself is never shown.
      """,
      wrong: "inviteCode: \"two words\"",
      right: "inviteCode: {fromEnv: VISION_INVITE}"),
  ]
}
