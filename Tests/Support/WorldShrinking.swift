extension SimulatedWorld {
  /// Runs the world of a seed. A violation comes with the shortest history found that shows it.
  public static func live(seed: UInt64) throws -> WorldOutcome {
    var world = try SimulatedWorld(seed: seed)
    let operations = world.operations
    do { return try world.run() } catch let violation as WorldViolation {
      throw shrink(violation, operations)
    }
  }

  /// Leaves out one operation after the other, the last first, as long as the same invariant is violated.
  private static func shrink(_ violation: WorldViolation, _ operations: [WorldOperation]) -> WorldViolation {
    var (shortest, found) = (operations, violation)
    for index in operations.indices.dropFirst().reversed() where index < shortest.count {
      var shorter = shortest
      shorter.remove(at: index)
      do {
        var world = try SimulatedWorld(seed: violation.seed, operations: shorter)
        _ = try world.run()
      } catch let other as WorldViolation where other.invariant == violation.invariant {
        (shortest, found) = (shorter, other)
      } catch { continue }
    }
    found.history = shortest.map(\.text)
    return found
  }
}
