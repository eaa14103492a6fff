import FleetModel

extension Fleet {
  /// Gives a source that was recorded under another name the name that follows from its place, unless a source has it already:
  /// the directory became a repository, the repository got another origin, or an earlier version of Berth called it `default`.
  ///
  /// - Parameters:
  ///   - isDerived: whether a recorded name follows from a place, so that nobody has chosen it.
  /// - Returns: the source with its new name, and its former name; `nil` if no source is renamed.
  public mutating func adoptSource(
    as name: String, binding: String?, isDerived: (String) -> Bool
  ) -> (record: SourceRecord, former: String)? {
    guard let binding, sourcesByName[name] == nil else { return nil }
    let candidates = sources.values.filter { $0.binding == binding && isDerived($0.name) }
    guard candidates.count == 1, var record = candidates.first else { return nil }
    let former = record.name
    (record.name, record.place) = (name, name)
    sourcesByName[former] = nil
    sourcesByName[name] = record.id
    sources[record.id] = record
    return (record, former)
  }
}
