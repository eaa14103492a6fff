import FleetModel
import ManifestSources

extension Reconciler {
  /// Gives the source that was recorded for a directory under another name the name that follows from its place now. Nothing
  /// else is compared or changed by that. Called after each load, and before anything is looked up by the source's name.
  ///
  /// - Parameters:
  ///   - isDerived: whether the name follows from the place; a name that was given never takes another's place.
  ///   - records: whether the new name is recorded, which needs the lock.
  func adoptSource(_ name: String, isDerived: Bool, binding: String?, records: Bool) throws {
    guard isDerived,
      let (record, former) = fleet.adoptSource(as: name, binding: binding, former: SourceNaming.former)
    else { return }
    guard records else { return }
    try store.commit([.source(record)], counters: fleet.nextNumbers)
    observer?.reconciler(did: .renamedSource(former: former, name: name))
  }

  /// Does so for a request.
  func adoptSource(of request: ApplyRequest, records: Bool) throws {
    let options = request.options
    try adoptSource(
      options.source, isDerived: options.place == options.source, binding: options.binding, records: records)
  }
}
