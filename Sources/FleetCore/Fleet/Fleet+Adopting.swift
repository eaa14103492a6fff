import FleetModel

extension Fleet {
  /// Gives a source that was recorded under another name the name that follows from its place, unless a source has it already:
  /// the directory became a repository, the repository got another origin, or an earlier version of Berth called it `default`.
  ///
  /// A name that somebody has chosen is kept, whatever it looks like.
  ///
  /// - Parameter former: the name of sources whose name nobody has chosen, from before their places were recorded.
  /// - Returns: the source with its new name, and its former name; `nil` if no source is renamed.
  public mutating func adoptSource(
    as name: String, binding: String?, former: String
  ) -> (record: SourceRecord, former: String)? {
    guard let binding, sourcesByName[name] == nil else { return nil }
    let candidates = sources.values.filter { $0.binding == binding && ($0.place == $0.name || $0.name == former) }
    guard candidates.count == 1, var record = candidates.first else { return nil }
    let old = record.name
    (record.name, record.place) = (name, name)
    sourcesByName[old] = nil
    sourcesByName[name] = record.id
    sources[record.id] = record
    return (record, old)
  }
}
