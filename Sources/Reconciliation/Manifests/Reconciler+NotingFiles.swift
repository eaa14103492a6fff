import FleetCore
import FleetModel
import StateStore

extension Reconciler {
  /// Returns the table of a source after its files were carried out, and the change to write; `nil` if the source is not
  /// recorded. The change is `nil` if there is nothing to write.
  func noted(_ compared: FilesToNote, in table: FileTable?) -> (table: FileTable, change: SourceFilesChange?)? {
    // A single access, because each one copies the actor's fleet.
    let fleet = fleet
    guard let source = fleet.sourceID(named: compared.source) else { return nil }
    let reader = compared.files.reader
    let before = table?.files.reader == reader ? table?.files.files ?? [:] : [:]
    var after = FileTable(
      files: SourceFiles(
        reader: reader, contextHash: fleet.contextHash, files: compared.isPart ? before : [:]),
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
    // An apply notes the stamps of files that were only touched, or that had been read too soon after they were written. A
    // watch knows them already.
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
      && table?.files.contextHash == after.files.contextHash
    if isSame { return (after, nil) }
    if table?.files.reader != reader { removed.formUnion((table?.files.files ?? [:]).keys) }
    return (
      after,
      SourceFilesChange(
        source: source, reader: reader, contextHash: after.files.contextHash, changed: changed,
        removed: removed.subtracting(changed.map(\.path)).sorted())
    )
  }
}
