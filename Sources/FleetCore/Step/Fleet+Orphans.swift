import FleetModel
import Scheduling

// Runs that no live record names.

extension Fleet {
  /// Takes in what was seen of a run that no live record names. One of this state that is alive is stopped; one of another
  /// owner is only told. One that was alive stays an orphan until its engine says that it is gone.
  mutating func noteOrphan(
    _ name: RunName, _ observation: RunObservation, on slot: ClusterSlot, _ work: inout StepWork
  ) {
    let cluster = clusters[slot].record
    switch observation {
    case .running, .queued:
      if clusters[slot].orphans.note(name, .stopping) {
        log(.orphan, "a run without a record is stopped", .cluster(cluster.identity), run: name, &work)
      }
      // Once more at each look: the last request may have failed.
      work.effects.append(.stop(name, on: cluster.id, grace: .seconds(10)))
    case .foreign(let why):
      if clusters[slot].orphans.note(name, .foreign(why)) {
        log(.orphan, "\(why); it is not stopped", .cluster(cluster.identity), run: name, &work)
      }
    case .unknown(let why): noteUnclear(name, why, on: slot, &work)
    case .unsettled: noteUnclear(name, "\(name.text) has lost its supervisor", on: slot, &work)
    case .prepared:
      work.effects.append(.remove(name, on: cluster.id))
      _ = clusters[slot].orphans.remove(name)
    case .absent, .ended: if clusters[slot].orphans.remove(name) { roomCameBack(slot, &work) }
    }
  }

  /// Takes in that an engine can't tell whether a run lives. The files of one that was never seen alive hold no room;
  /// `doctor` names them.
  private mutating func noteUnclear(_ name: RunName, _ why: String, on slot: ClusterSlot, _ work: inout StepWork) {
    if clusters[slot].orphans[name] == nil { return }
    if clusters[slot].orphans.note(name, .unclear(why)) {
      log(.unknown, why, .cluster(clusters[slot].record.identity), run: name, &work)
    }
  }
}
