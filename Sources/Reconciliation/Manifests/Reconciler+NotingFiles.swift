import FleetCore
import FleetModel
import StateStore

extension Reconciler {
  /// What the table of a source becomes now that its files are carried out, and what of that is to be written; nil: nothing.
  func noted(_ compared: ComparedFiles, in table: FileTable?) -> (table: FileTable, change: SourceFilesChange?)? {
    // Once: whoever asks the actor for its fleet gets a copy of it.
    let fleet = fleet
    guard let source = fleet.sourceID(named: compared.source) else { return nil }
    let reader = compared.files.reader
    let before = table?.files.reader == reader ? table?.files.files ?? [:] : [:]
    var after = FileTable(
      files: SourceFiles(
        reader: reader, standing: fleet.contextHash, files: compared.isPart ? before : [:]),
      vouched: compared.vouched, isComplete: true)
    var removed = Set(compared.gone)
    for path in compared.gone { after.files.files[path] = nil }
    var changed: [FileRecord] = []
    let digests = compared.files.digests(of: compared.decoded.map(\.index))
    let read = compared.files.reading.files
    for (file, digest) in zip(compared.decoded, digests) {
      let (path, stamp) = (read[file.index].relativePath, read[file.index].stamp)
      let rows = file.rows ?? file.declared.compactMap { fleet.row(of: $0.identity, namesSecret: $0.namesSecret) }
      guard file.isPlain, rows.count == file.rows?.count ?? file.declared.count,
        let fingerprint = fleet.fingerprint(of: rows, ownedBy: source)
      else {
        after.isComplete = false
        after.files.files[path] = nil
        if before[path] != nil { removed.insert(path) }
        continue
      }
      let record = FileRecord(path: path, digest: digest, rows: rows, fingerprint: fingerprint, stamp: stamp)
      after.files.files[path] = record
      after.vouched?.insert(rows, in: fleet)
      if before[path] != record { changed.append(record) }
    }
    // An apply notes by what files are known that were only touched, or read too soon after they were written. To a watch
    // they are known already.
    for index in watching == nil ? compared.same : [] {
      guard let stamp = read[index].stamp, var record = after.files.files[read[index].relativePath],
        record.stamp != stamp
      else { continue }
      record.stamp = stamp
      after.files.files[record.path] = record
      changed.append(record)
    }
    let isSame =
      changed.isEmpty && removed.isEmpty && table?.files.reader == after.files.reader
      && table?.files.standing == after.files.standing
    if isSame { return (after, nil) }
    if table?.files.reader != reader { removed.formUnion((table?.files.files ?? [:]).keys) }
    return (
      after,
      SourceFilesChange(
        source: source, reader: reader, standing: after.files.standing, changed: changed,
        removed: removed.subtracting(changed.map(\.path)).sorted())
    )
  }
}
