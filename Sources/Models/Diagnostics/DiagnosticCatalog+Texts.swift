extension DiagnosticCatalog {
  /// Errors in the text of one file.
  static let textEntries: [Entry] = [
    Entry(
      .fileTooLarge, "file larger than 64 MiB",
      """
      Manifests are small. A file of this size is something else, or the output of a generator that
      should write several files. The limit keeps one bad file from using up the memory of the
      machine.
      """,
      wrong: "cat *.yaml > all.yaml        # 80 MiB",
      right: "split the manifests into files of a few thousand documents each"),
    Entry(
      .nestedTooDeep, "nesting deeper than 64 levels",
      """
      No manifest needs more than a few levels. Deeper nesting nearly always comes from a bracket
      that was left open, and reading it can take very long.
      """,
      wrong: "command: [[[[[[[[[[[[[[[[ ...",
      right: "command: [python, train.py]"),
    Entry(
      .scalarTooLong, "value larger than 1 MiB",
      """
      A value this long does not belong in a manifest: it would be copied into the state and into
      every run. Keep the content in a file and refer to the file.
      """,
      wrong: "env: {DATA: \"... two megabytes ...\"}",
      right: "env: {DATA_FILE: /srv/data/table.csv}"),
    Entry(
      .expandsTooFar, "aliases expand too far",
      """
      Each alias stands for everything that its anchor holds, so a few lines can stand for billions
      of values. The aliases of a file may expand to at most 100,000 nodes and 16 MiB of text, and
      one anchor may hold at most as much.
      """,
      wrong: """
        a: &a [x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]   # and so on
        """,
      right: "write the values out, or generate the manifests"),
    Entry(
      .syntax, "invalid YAML",
      """
      The file could not be read beyond the place shown. Usually a quote or bracket was left open,
      the indentation is uneven, or a value that contains a colon and a space needs quotes. The
      documents before it were read, those after it were not.
      """,
      wrong: "command: [sh, -c, echo done: yes",
      right: "command: [sh, -c, \"echo done: yes\"]"),
    Entry(
      .invalidUTF8, "invalid UTF-8",
      """
      Manifests are UTF-8. The byte shown is not part of any character, usually because the file was
      saved as Latin-1.
      """,
      wrong: "labels: {city: M\\xFCnchen}     # saved as Latin-1",
      right: "labels: {city: München}        # saved as UTF-8"),
    Entry(
      .wrongEncoding, "file in UTF-16 or UTF-32",
      """
      Some editors and shells write UTF-16 by default. Manifests are UTF-8; a byte order mark at the
      start is accepted.
      """,
      wrong: "a file that begins with the bytes FF FE",
      right: "iconv -f UTF-16 -t UTF-8 lab.yaml"),
    Entry(
      .controlCharacter, "control character",
      """
      NUL, other control characters and the line separators of Unicode are invisible, change what a
      terminal shows, and are counted differently by different editors. A double-quoted string can
      contain them as escapes, except NUL, which no argument or variable can hold.
      """,
      wrong: "command: [printf, a<ESC>[0m]",
      right: "command: [printf, \"a\\e[0m\"]"),
    Entry(
      .tabIndent, "tab in indentation",
      """
      YAML is indented with spaces; programs disagree on the width of a tab.
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
      .duplicateKey, "duplicate key",
      """
      One of the two values would silently win. Both places are shown; keep one.
      """,
      wrong: "resources: {ram: 1Gi, cpu: 1, ram: 2Gi}",
      right: "resources: {ram: 2Gi, cpu: 1}"),
    Entry(
      .customTag, "unknown tag",
      """
      Tags name types that only some programs know. Manifests are plain YAML: strings, numbers,
      booleans, lists and maps.
      """,
      wrong: "image: !vault path/to/image",
      right: "image: ghcr.io/vision/train:1.4"),
    Entry(
      .unknownField, "unknown field",
      """
      A misspelled field would otherwise be ignored silently, and its default used. The nearest
      field that exists is suggested; `berth schema` lists all of them. Values that Berth keeps
      itself (id, status, created_at, started_at) are never part of a manifest.
      """,
      wrong: "resources: {memory: 16Gi, cpu: 4}",
      right: "resources: {ram: 16Gi, cpu: 4}"),
    Entry(
      .complexKey, "key is a list or map",
      """
      YAML allows lists and maps as keys; manifests do not use them.
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
      .undefinedAlias, "undefined alias",
      """
      `*name` refers to the value that was marked with `&name` before it, in the same document.
      """,
      wrong: "resources: *small",
      right: "resources: &small {ram: 1Gi, cpu: 1}"),
    Entry(
      .recursiveAlias, "recursive alias",
      """
      The alias is part of the value that it refers to, and would expand forever.
      """,
      wrong: "env: &env {A: *env}",
      right: "env: &env {A: \"1\"}"),
    Entry(
      .badMerge, "invalid merge",
      """
      `<<` takes the entries of other maps, given as an alias or as a list of aliases.
      """,
      wrong: "env: {<<: [a, b]}",
      right: "env: {<<: *defaults}"),
    Entry(
      .tooManyErrors, "too many errors in a file",
      """
      After a hundred errors the rest of the file is not read. Neither is the rest of a file with
      hundreds of thousands of values or empty documents that belong to no manifest. Of the problems
      between documents, a thousand are shown for each file. Fix those first; most of them usually
      have one cause.
      """,
      wrong: "a file of another program",
      right: "a file of manifests"),
    Entry(
      .tooManyEntries, "more than 10,000 entries in a list or map",
      """
      Labels, annotations, variables, arguments and dependencies are copied into the state and into
      every plan. So many of them come from a generator that went wrong, or are data that does not
      belong in a manifest. The rest of the file is not read.
      """,
      wrong: "labels: {k0: v, k1: v, k2: v}     # and so on, a million of them",
      right: "env: {TABLE: /srv/data/table.csv}"),
  ]
}
