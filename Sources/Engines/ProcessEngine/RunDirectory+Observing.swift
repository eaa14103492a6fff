import FleetModel
import Glibc
import SystemPackage

extension RunDirectory {
  /// Reads the files in the order that `shim.h` gives, so that no moment between two steps of a shim is misread. Settles
  /// nothing.
  func observation(boot: String) throws(RunTrouble) -> RunObservation {
    var looks = 0
    while true {
      if let ended = try exitUnlessAlive() { return ended }
      guard let isHeld = try isLockHeld() else {
        // Whatever holds the lock that is missing may live.
        if has("started") { throw .odd("\(path("lock")) is missing") }
        return .absent
      }
      let started = try readStarted()
      if isHeld {
        if let started { return .running(since: started.at) }
        // The shim writes it in a moment, unless somebody has removed it since. Either way the run may be alive.
        looks += 1
        if looks > 20 { return .queued("its supervisor is starting") }
        usleep(5000)
        continue
      }
      if let exit = try readExit() { return exit.end }
      if let started {
        // `started` is written under the lock: if the lock was taken only after the look, it is held now, or there is
        // an end.
        guard try isLockHeld() == false, try readExit() == nil else { continue }
        return try lossOfShim(started.fields, boot: boot)
      }
      guard let spec = try contents(of: "spec", limit: Self.longestSpec) else { return .absent }
      if has("stop") { return .unsettled(.abandoned) }
      // Without `started`, which is not synced, a run of an earlier boot may have begun.
      return SpecFile.value(of: "boot", in: spec) == boot ? .prepared : .unsettled(.interrupted)
    }
  }

  /// Returns the recorded end. Something odd in the place of `exit`, or an `exit` without an outcome, is no end as long as the
  /// shim lives, which will write its own over it.
  private func exitUnlessAlive() throws(RunTrouble) -> RunObservation? {
    do throws(RunTrouble) {
      guard let exit = try readExit() else { return nil }
      if exit.isComplete { return exit.end }
      return try isLockHeld() == true ? nil : exit.end
    } catch {
      if case .odd = error, try isLockHeld() == true { return nil }
      throw error
    }
  }

  /// Returns the state of a run that began and whose shim is gone. The files of a copied directory say nothing about the
  /// processes of the original, unless these are gone with their boot.
  private func lossOfShim(_ started: [String: String], boot: String) throws(RunTrouble) -> RunObservation {
    if started["boot"] == boot, let home = started["home"], home != (try self.home) {
      return .unknown("\(file.path) is not where the run was started: the directory or its lock is a copy")
    }
    return .unsettled(started["boot"] == boot ? .lost : .interrupted)
  }
}
