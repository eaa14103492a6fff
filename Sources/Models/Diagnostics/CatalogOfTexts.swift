extension DiagnosticCatalog {
  /// Errors in the text of one file.
  static let textEntries: [Entry] = [
    Entry(
      .fileTooLarge, "a file of more than 64 MiB",
      """
      Manifests are small; a file of this size is something else, or the output of a generator that should
      write several files. The bound keeps one bad file from taking the memory of the machine.
      """,
      wrong: "cat *.yaml > all.yaml        # 80 MiB",
      right: "split the manifests into files of a few thousand documents each"),
    Entry(
      .nestedTooDeep, "mappings and lists nested more than 64 deep",
      """
      No manifest needs more than a few levels. Deeper nesting is nearly always a bracket that was left
      open, and reading it can take very long.
      """,
      wrong: "command: [[[[[[[[[[[[[[[[ ...",
      right: "command: [python, train.py]"),
    Entry(
      .scalarTooLong, "a value of more than 1 MiB",
      """
      A value this long does not belong in a manifest: it would be copied into the state and into every
      run. Keep the content in a file and name the file.
      """,
      wrong: "env: {DATA: \"... two megabytes ...\"}",
      right: "env: {DATA_FILE: /srv/data/table.csv}"),
    Entry(
      .expandsTooFar, "aliases that expand too far",
      """
      Each alias stands for all that its anchor holds, so that a few lines can stand for billions of
      values. What the aliases of a file stand for is bounded to 100,000 nodes and 16 MiB of text, and so
      is what one anchor holds.
      """,
      wrong: """
        a: &a [x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]   # and so on
        """,
      right: "write the values out, or generate the manifests"),
    Entry(
      .syntax, "text that is not YAML",
      """
      The file could not be read beyond the place shown. Most often a quote or bracket is left open, the
      indentation is uneven, or a text with a colon and a space in it needs quotes. The documents before
      it were read, those behind it were not.
      """,
      wrong: "command: [sh, -c, echo done: yes",
      right: "command: [sh, -c, \"echo done: yes\"]"),
    Entry(
      .invalidUTF8, "bytes that are not UTF-8",
      """
      Manifests are UTF-8. The byte shown belongs to no character, most often because the file was saved
      as Latin-1.
      """,
      wrong: "labels: {city: M\\xFCnchen}     # saved as Latin-1",
      right: "labels: {city: München}        # saved as UTF-8"),
    Entry(
      .wrongEncoding, "a file in UTF-16 or UTF-32",
      """
      Some editors and shells write UTF-16 by default. Manifests are UTF-8; a byte order mark at the
      beginning is accepted.
      """,
      wrong: "a file that begins with the bytes FF FE",
      right: "iconv -f UTF-16 -t UTF-8 lab.yaml"),
    Entry(
      .controlCharacter, "a control character",
      """
      NUL, other control characters and the line separators of Unicode are invisible, change what a
      terminal shows, and are counted differently by different editors. In a text in double quotes they
      can be written as escapes, except NUL, which no argument or variable can hold.
      """,
      wrong: "command: [printf, a<ESC>[0m]",
      right: "command: [printf, \"a\\e[0m\"]"),
    Entry(
      .tabIndent, "a tab where indentation is meant",
      """
      YAML is indented with spaces; tabs mean different widths to different programs.
      """,
      wrong: """
        spec:
        <TAB>cluster: vision/lab
        """,
      right: """
        spec:
          cluster: vision/lab
        """),
    Entry(
      .duplicateKey, "a key that a mapping has twice",
      """
      One of the two values would silently win. Both places are shown; keep one.
      """,
      wrong: "resources: {ram: 1Gi, cpu: 1, ram: 2Gi}",
      right: "resources: {ram: 2Gi, cpu: 1}"),
    Entry(
      .customTag, "an unknown tag",
      """
      Tags name types that only some programs know. Manifests are plain YAML: texts, numbers, booleans,
      lists and mappings.
      """,
      wrong: "image: !vault path/to/image",
      right: "image: ghcr.io/vision/train:1.4"),
    Entry(
      .unknownField, "a field that does not exist",
      """
      A misspelled field would otherwise be passed over in silence, and its default used. The nearest
      field that exists is suggested; `berth schema` lists all of them. What Berth keeps itself (id,
      status, created_at, started_at) is never in a manifest.
      """,
      wrong: "resources: {memory: 16Gi, cpu: 4}",
      right: "resources: {ram: 16Gi, cpu: 4}"),
    Entry(
      .complexKey, "a key that is no text",
      """
      YAML allows lists and mappings as keys; they mean nothing in a manifest.
      """,
      wrong: """
        ? [a, b]
        : c
        """,
      right: """
        a: c
        b: c
        """),
    Entry(
      .undefinedAlias, "an alias without an anchor",
      """
      `*name` stands for what was marked with `&name` before it, in the same document.
      """,
      wrong: "resources: *small",
      right: "resources: &small {ram: 1Gi, cpu: 1}"),
    Entry(
      .recursiveAlias, "an alias inside of what it stands for",
      """
      It would expand for ever.
      """,
      wrong: "env: &env {A: *env}",
      right: "env: &env {A: \"1\"}"),
    Entry(
      .badMerge, "a merge of something that is no mapping",
      """
      `<<` takes the entries of other mappings, given as an alias, or as a list of aliases.
      """,
      wrong: "env: {<<: [a, b]}",
      right: "env: {<<: *defaults}"),
    Entry(
      .tooManyMistakes, "more mistakes in a file than are shown",
      """
      After a hundred mistakes the rest of the file is not read, and neither is a file that holds hundreds of
      thousands of values or empty documents which belong to no manifest. Of what is wrong among the documents of a
      file, a thousand places are shown. Mend those; most of them usually have one cause.
      """,
      wrong: "a file of another program",
      right: "a file of manifests"),
    Entry(
      .tooManyEntries, "a list or mapping of more than 10,000 entries",
      """
      Labels, annotations, variables, arguments and dependencies are copied into the state and into every
      plan. So many of them are the work of a generator that went wrong, or data that does not belong in a
      manifest. The rest of the file is not read.
      """,
      wrong: "labels: {k0: v, k1: v, k2: v}     # and so on, a million of them",
      right: "env: {TABLE: /srv/data/table.csv}"),
  ]
}
