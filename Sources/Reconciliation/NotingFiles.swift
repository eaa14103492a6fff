import FleetCore
import FleetModel
import StateStore

extension Reconciler {
  /// What the table of a source becomes now that its files are carried out, and what of that is to be written; nil: nothing.
  func noted(_ compared: ComparedFiles, in table: FileTable?) -> (table: FileTable, change: SourceFilesChange?)? {
    guard let source = fleet.sourceID(named: compared.source) else { return nil }
    let before = table?.files.reader == compared.reader ? table?.files.files ?? [:] : [:]
    var after = FileTable(
      files: SourceFiles(
        reader: compared.reader, standing: fleet.standing, files: compared.isPart ? before : [:]),
      vouched: compared.vouched, isComplete: true)
    var removed = Set(compared.gone)
    for path in compared.gone { after.files.files[path] = nil }
    var changed: [FileRecord] = []
    for file in compared.decoded {
      let rows = file.declared.compactMap { fleet.row(of: $0.identity, namesSecret: $0.namesSecret) }
      guard file.isPlain, rows.count == file.declared.count,
        let fingerprint = fleet.fingerprint(of: rows, ownedBy: source)
      else {
        after.isComplete = false
        after.files.files[file.path] = nil
        if before[file.path] != nil { removed.insert(file.path) }
        continue
      }
      let record = FileRecord(path: file.path, digest: file.digest, rows: rows, fingerprint: fingerprint)
      after.files.files[file.path] = record
      after.vouched?.insert(rows, in: fleet)
      if before[file.path] != record { changed.append(record) }
    }
    let isSame =
      changed.isEmpty && removed.isEmpty && table?.files.reader == after.files.reader
      && table?.files.standing == after.files.standing
    if isSame { return (after, nil) }
    if table?.files.reader != compared.reader { removed.formUnion((table?.files.files ?? [:]).keys) }
    return (
      after,
      SourceFilesChange(
        source: source, reader: compared.reader, standing: after.files.standing, changed: changed,
        removed: removed.subtracting(changed.map(\.path)).sorted())
    )
  }
}
