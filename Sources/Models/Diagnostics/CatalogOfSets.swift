extension DiagnosticCatalog {
  /// Errors between documents.
  static let setEntries: [Entry] = [
    Entry(
      .duplicateIdentity, "an object that is declared twice",
      """
      Each organization and user has a name of its own, each cluster one within its organization, each
      deployment one within its cluster. Both places are shown.
      """,
      wrong: "two documents of kind User with the name ada",
      right: "one of them"),
    Entry(
      .unknownReference, "a name that nothing has",
      """
      The object is declared neither in these manifests nor, as far as is known, by another source. The
      nearest name is suggested. While a file can't be read, unknown names are not reported: what it
      declares is not known.
      """,
      wrong: "cluster: vision/lap",
      right: "cluster: vision/lab"),
    Entry(
      .duplicateValue, "an e-mail address or invite code of two objects",
      """
      Each user has an e-mail address of their own, whatever the case of its letters, and each
      organization an invite code of its own. Only the final state counts: two users may swap their
      addresses in one commit.
      """,
      wrong: "two users with email: ada@example.org",
      right: "one address each"),
    Entry(
      .creatorNotMember, "a creator outside of the cluster's organization",
      """
      Who makes a cluster is a member of its organization. Where another source declares the user this is
      a warning only, as that source may change the membership at any time.
      """,
      wrong: "creator: bob        # organizations: [speech]",
      right: "creator: ada        # organizations: [vision]"),
    Entry(
      .ownerNotMember, "a user outside of the cluster's organization",
      """
      A deployment's user is a member of the organization that its cluster belongs to. Where another
      source declares the user this is a warning only: that source may end the membership at any time,
      then what runs goes on and nothing new starts.
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
      .ownerInactive, "a user that is not active",
      """
      What runs already runs to its end, and nothing else of the user's starts. This is a warning, so that
      setting `active: false` does not take all their deployments along.
      """,
      wrong: "user: ada           # active: false",
      right: "user: bob           # active: true"),
    Entry(
      .neverFits, "a request beyond the whole cluster",
      """
      The deployment asks for more than the cluster has even when it is empty, so that it could never
      start.
      """,
      wrong: "resources: {ram: 128Gi, cpu: 4}    # of a capacity of 64Gi",
      right: "resources: {ram: 32Gi, cpu: 4}"),
    Entry(
      .dependencyCycle, "deployments that wait for each other",
      """
      None of them could ever start. The message shows the way round, and the notes the place of each
      step.
      """,
      wrong: "a dependsOn b, b dependsOn a",
      right: "b without dependsOn"),
    Entry(
      .dependsOnItself, "a deployment that waits for itself",
      """
      It could never start.
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
      .completedService, "waiting for the end of a service",
      """
      A service keeps running and never completes; wait until it runs.
      """,
      wrong: "dependsOn: [{name: feature-store, until: completed}]",
      right: "dependsOn: [{name: feature-store, until: running}]"),
    Entry(
      .commandRequired, "a deployment on the process engine without a command",
      """
      The process engine runs programs, not images: the image is only a label there.
      """,
      wrong: "image: redis:7",
      right: """
        image: redis:7
        command: [redis-server]
        """),
    Entry(
      .badRename, "a former name that does not fit",
      """
      `renamedFrom` keeps runs and history across a change of identity. The former object must no longer
      be declared, and only one object can be its successor.
      """,
      wrong: "metadata: {name: a, renamedFrom: b}    # while b is still declared",
      right: "metadata: {name: a, renamedFrom: b}    # and b is gone"),
    Entry(
      .repeatedEntry, "a name twice in a list",
      """
      The second says nothing, or contradicts the first.
      """,
      wrong: "organizations: [vision, vision]",
      right: "organizations: [vision]"),
  ]
}
