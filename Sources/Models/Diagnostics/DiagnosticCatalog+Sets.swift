extension DiagnosticCatalog {
  /// Errors between documents.
  static let setEntries: [Entry] = [
    Entry(
      .duplicateIdentity, "duplicate declaration",
      """
      Names are unique: those of organizations and users everywhere, those of clusters within their
      organization, those of deployments within their cluster. Both places are shown.
      """,
      wrong: "two documents of kind User with the name ada",
      right: "one of them"),
    Entry(
      .unknownReference, "unknown reference",
      """
      The object is declared neither in these manifests nor, as far as Berth knows, by another
      source. The nearest name is suggested. While a file can't be read, unknown names are not
      reported, because the file may declare them.
      """,
      wrong: "cluster: vision/lap",
      right: "cluster: vision/lab"),
    Entry(
      .duplicateValue, "duplicate e-mail address or invite code",
      """
      E-mail addresses of users are unique, ignoring case, and so are invite codes of organizations.
      Only the final state counts: two users may swap their addresses in one commit.
      """,
      wrong: "two users with email: ada@example.org",
      right: "one address each"),
    Entry(
      .creatorNotMember, "creator is not a member of the organization",
      """
      The creator of a cluster must be a member of its organization. If another source declares the
      user this is only a warning, because that source may change the membership at any time.
      """,
      wrong: "creator: bob        # organizations: [speech]",
      right: "creator: ada        # organizations: [vision]"),
    Entry(
      .ownerNotMember, "user is not a member of the organization",
      """
      The user of a deployment must be a member of the organization that owns the cluster. If
      another source declares the user this is only a warning: that source may end the membership at
      any time, and then existing runs continue and nothing new starts.
      """,
      wrong: """
        cluster: vision/lab
        user: bob           # organizations: [speech]
        """,
      right: """
        cluster: vision/lab
        user: ada           # organizations: [vision]
        """),
    Entry(
      .ownerInactive, "user is not active",
      """
      Existing runs continue, and no other deployment of the user starts. This is a warning, so that
      setting `active: false` does not invalidate all their deployments.
      """,
      wrong: "user: ada           # active: false",
      right: "user: bob           # active: true"),
    Entry(
      .neverFits, "request exceeds the capacity of the cluster",
      """
      The deployment requests more than the cluster has even when it is empty, so it could never
      start.
      """,
      wrong: "resources: {ram: 128Gi, cpu: 4}    # of a capacity of 64Gi",
      right: "resources: {ram: 32Gi, cpu: 4}"),
    Entry(
      .dependencyCycle, "dependency cycle",
      """
      None of the deployments could ever start. The message shows the cycle, and the notes show the
      place of each step.
      """,
      wrong: "a dependsOn b, b dependsOn a",
      right: "b without dependsOn"),
    Entry(
      .dependsOnItself, "deployment depends on itself",
      """
      The deployment could never start.
      """,
      wrong: """
        metadata: {name: train}
        spec: {dependsOn: [train]}
        """,
      right: """
        metadata: {name: train}
        spec: {dependsOn: [prepare]}
        """),
    Entry(
      .completedService, "dependency on the completion of a service",
      """
      A service keeps running and never completes; wait until it is running instead.
      """,
      wrong: "dependsOn: [{name: feature-store, until: completed}]",
      right: "dependsOn: [{name: feature-store, until: running}]"),
    Entry(
      .commandRequired, "missing command",
      """
      The process engine runs programs, not images: there the image is only a label.
      """,
      wrong: "image: redis:7",
      right: """
        image: redis:7
        command: [redis-server]
        """),
    Entry(
      .badRename, "invalid rename",
      """
      `renamedFrom` keeps runs and history when an identity changes. The former object must no
      longer be declared, and only one object can be its successor.
      """,
      wrong: "metadata: {name: a, renamedFrom: b}    # while b is still declared",
      right: "metadata: {name: a, renamedFrom: b}    # and b is gone"),
    Entry(
      .repeatedEntry, "duplicate list entry",
      """
      The second entry is redundant, or contradicts the first.
      """,
      wrong: "organizations: [vision, vision]",
      right: "organizations: [vision]"),
    Entry(
      .commandTooLong, "command or environment too long",
      """
      Linux passes at most 128 KiB in one argument or variable, and 2 MiB in all of a process.
      """,
      wrong: "env: {CONFIG: \"...a text of 200 KiB...\"}",
      right: "env: {CONFIG: /data/config.json}"),
  ]
}
