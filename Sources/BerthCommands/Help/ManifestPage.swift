import FleetModel
import Manifests
import Reports

/// Reference of manifests, generated from the decoder's tables: a Markdown page, and parts of it for a terminal.
enum ManifestPage {
  /// Meaning of a kind.
  static func meaning(of kind: ObjectKind) -> String {
    switch kind {
    case .organization: "A team: its clusters and deployments belong to it, its users are members."
    case .user: "A person: owns deployments, makes clusters, and is a member of organizations."
    case .cluster: "A machine, or many, of which Berth gives away a share through an engine."
    case .deployment: "What should run on a cluster: a job that ends, or a service that does not."
    }
  }

  /// Fields of a kind for a terminal, all or those below a path; nil if the kind has no such field.
  static func text(of kind: ObjectKind, below path: [String], width: Int, palette: Palette) -> String? {
    let wanted = (path.first == "spec" || path.first == "metadata" || path.isEmpty ? path : ["spec"] + path)
      .joined(separator: ".")
    let fields = FieldReference.all(of: kind).filter { field in
      let plain = field.path.replacing("[]", with: "")
      return wanted.isEmpty || plain == wanted || plain.hasPrefix(wanted + ".")
    }
    guard !fields.isEmpty else { return nil }
    var text = palette.paint(kind.rawValue, .strong) + ": \(meaning(of: kind))\n"
    for field in fields {
      var facts = [field.shape]
      if field.isRequired { facts.append("required") }
      if let standard = field.standard { facts.append("default \(standard)") }
      text += "\n" + palette.paint(field.path, .strong) + "\n"
      text += Paragraph.text(field.meaning, prefix: "    ", indent: 4, width: width) + "\n"
      text += palette.paint(
        Paragraph.text(facts.joined(separator: "; "), prefix: "    ", indent: 4, width: width), .faint)
      text += "\n"
    }
    return text
  }

  /// The complete reference as Markdown.
  static var markdown: String {
    let kinds = ObjectKind.allCases.map { kind in
      let rows = FieldReference.all(of: kind).filter { $0.path.hasPrefix("spec.") }.map(row)
      return """
        ## \(kind.rawValue)

        \(meaning(of: kind))

        \(table(rows))
        """
    }
    let metadata = FieldReference.all(of: .deployment).filter { $0.path.hasPrefix("metadata.") }.map(row)
    let parts = [introduction, "## Metadata\n\n" + table(metadata)] + kinds + [values, surroundings]
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func table(_ rows: [String]) -> String {
    "| field | may be | default | meaning |\n| --- | --- | --- | --- |\n" + rows.joined(separator: "\n")
  }

  private static func row(_ field: FieldReference) -> String {
    let standard = field.isRequired ? "required" : field.standard.map { "`\($0)`" } ?? ""
    let cells = ["`\(field.path)`", field.shape, standard, field.meaning]
    return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private static let introduction = """
    # Manifests

    This page is made by `berth schema -o markdown`; `berth explain deployment.retry` shows a part of it in a terminal, and
    [berth.schema.json](berth.schema.json) (`berth schema`) lets editors complete and check: begin each file with
    `# yaml-language-server: $schema=PATH-OR-URL`.

    A file holds one or many documents, with `---` between them. Directories are read recursively: `*.yaml` and `*.yml`,
    without hidden directories, `kustomization.yaml` and what a `.berthignore` in the directory names. Every document has

    ```yaml
    apiVersion: berth/v1
    kind: Organization      # or User, Cluster, Deployment
    metadata: {name: vision}
    spec: {}
    ```

    An object is known by its identity: an organization and a user by name, a cluster by organization/name, a deployment by
    organization/cluster/name. Another name is another object, unless `metadata.renamedFrom` says which one it was.
    """

  private static let values = """
    ## How values are written

    - Memory needs a unit: `16Gi` and `512Mi` are powers of 1024, `16G` and `512M` powers of 1000. Cores are decimal numbers, or
      thousandths: `0.5` is `500m`. GPUs are whole, or a part of one below 1.
    - Durations are a number and a unit: `90s`, `40m`, `2h`, `1d`.
    - Booleans are `true` and `false`; `yes`, `no`, `on` and `off` are refused. A text that looks like a number stays as written.
    - Secrets are references, `{fromEnv: NAME}` to a variable of the environment in which Berth runs, or `{fromFile: PATH}` to a
      file inside of the source, relative to the manifest. Berth never stores or shows their values.
    - `dependsOn` names are relative: `prepare` on the same cluster, `lab/prepare` in the same organization,
      `vision/lab/prepare` anywhere. A job is waited for until it has completed, a service until it is up.
    - Anchors, aliases and `<<` work. What kustomize adds is accepted: `metadata.namespace`, and the labels and annotations
      that it puts into `spec.template` and `spec.selector` of deployments.

    `image`, `command`, `env`, `resources`, `mode` and `rerun` force a new run when they change; all else changes in place.
    """

  private static let surroundings = """
    ## What a run finds in its environment

    On the process engine a run begins in `$BERTH_WORK`, one directory for each cluster, so that runs can hand files to each
    other. `BERTH_SOURCE` is the directory of the manifests. `BERTH_DEPLOYMENT`, `BERTH_CLUSTER`, `BERTH_ORGANIZATION`,
    `BERTH_IMAGE`, `BERTH_RUN`, `BERTH_GENERATION` and `BERTH_ATTEMPT` say what it is; `CUDA_VISIBLE_DEVICES` holds the GPUs that
    are its own, and is empty where it asked for none.
    """
}
