import Glibc

/// Lines of the benchmark, group by group.
struct BenchmarkLines {
  let environment: BenchmarkEnvironment
  var settings: BenchmarkEnvironment.Settings { environment.settings }
  /// Number of deployments, with separators.
  var count: String { Self.grouped(settings.files * 100) }

  func figures(of group: Group) throws -> [Figure] {
    switch group {
    case .decode: try decode()
    case .apply: try apply()
    case .diff: try diff()
    case .watch: try watch()
    case .launch: try launch()
    case .chain: try chain()
    case .adopt: try adopt()
    case .decisions: try decisions()
    case .program: try program()
    }
  }

  static func grouped(_ number: Int) -> String {
    number < 1000 ? String(number) : "\(number / 1000),\(Inputs.padded(number % 1000, 3))"
  }

  // MARK: Shared inputs

  /// Returns the directory of all deployments, all suspended.
  func deployments() throws -> String { try deployments(files: settings.files) }

  /// Returns a directory of a tenth of them, for instruction counts.
  func tenth() throws -> String { try deployments(files: settings.files / 10) }

  private func deployments(files: Int) throws -> String {
    let directory = environment.path("deployments-\(files)")
    if access(directory, F_OK) != 0 { try Inputs.deployments(files: files, in: directory, isSuspended: true) }
    return directory
  }

  /// Returns a state to which a directory has been applied, and whose database later rounds may use.
  func appliedState(_ manifests: String, _ name: String) throws -> String {
    let state = environment.path("\(name)/state.db")
    if access(state, F_OK) != 0 { _ = try Child.run(environment.apply(manifests, state: try environment.state(name))) }
    return state
  }

  // MARK: Reading

  private func decode() throws -> [Figure] {
    let (all, tenth) = (try deployments(), try tenth())
    // One run before, so that the disk is not measured.
    _ = try environment.runFloor(["events", "2", all])
    var (processor, floorProcessor): ([Double], [Double]) = ([], [])
    let times = try environment.alternate([
      { _ in
        let cost = try Child.run([environment.bench, "--part", "decode", all])
        processor.append(cost.processor)
        return cost.wall
      },
      { _ in
        let cost = try environment.runFloor(["events", "1", all])
        floorProcessor.append(cost.processor)
        return cost.wall
      },
    ])
    var figures = [
      Figure(
        name: "read and decode \(count), two cores; libyaml's events on one", unit: .seconds, ours: times[0],
        floor: times[1], bound: .atMost(0.65)),
      Figure(name: "  processor", unit: .seconds, ours: processor, floor: floorProcessor),
    ]
    if settings.hasCallgrind {
      let ours = try environment.instructions([environment.bench, "--part", "decode", tenth])
      let floor = try environment.instructions([environment.floor, "events", "1", tenth])
      figures.append(
        Figure(
          name: "read and decode a tenth; libyaml's events", unit: .instructions, ours: [ours], floor: [floor],
          bound: .atMost(1.15)))
    }
    return figures
  }

  // MARK: The recorded state

  private func apply() throws -> [Figure] {
    let (all, tenth) = (try deployments(), try tenth())
    let known = try appliedState(all, "known")
    var (processor, floorProcessor, peaks): ([Double], [Double], [Double]) = ([], [], [])
    let times = try environment.alternate([
      { round in
        let cost = try Child.run(environment.apply(all, state: try environment.state("first-\(round)")))
        peaks.append(cost.peakBytes)
        processor.append(cost.processor)
        return cost.wall
      },
      { round in
        let cost = try environment.runFloor(["insert", "2", all, known, environment.path("insert-\(round).db")])
        floorProcessor.append(cost.reportedProcessor)
        return cost.reportedWall
      },
    ])
    var figures = [
      Figure(
        name: "first apply of \(count); events on two cores and the rows' insert", unit: .seconds, ours: times[0],
        floor: times[1], bound: .atMost(2.5)),
      Figure(name: "  processor", unit: .seconds, ours: processor, floor: floorProcessor),
      Figure(name: "  resident at most", unit: .bytes, ours: peaks),
    ]
    if settings.hasCallgrind {
      let few = try appliedState(tenth, "known-tenth")
      let ours = try environment.instructions(environment.apply(tenth, state: try environment.state("counted")))
      let floor = try environment.instructions(
        [environment.floor, "insert", "1", tenth, few, environment.path("counted.db")], in: "measured_insert")
      figures.append(
        Figure(name: "  a tenth of it", unit: .instructions, ours: [ours], floor: [floor]))
    }
    return figures
  }

  private func diff() throws -> [Figure] {
    let (all, tenth) = (try deployments(), try tenth())
    let with = try appliedState(all, "known")
    let without = try stateWithoutDigests(all, "without")
    var (peaks, peaksWith): ([Double], [Double]) = ([], [])
    var (processor, processorWith, floorProcessor): ([Double], [Double], [Double]) = ([], [], [])
    let times = try environment.alternate([
      { _ in
        let cost = try Child.run(environment.diff(all, state: without))
        peaks.append(cost.peakBytes)
        processor.append(cost.processor)
        return cost.wall
      },
      { _ in
        let cost = try environment.runFloor(["scan", "2", all, without])
        floorProcessor.append(cost.processor)
        return cost.wall
      },
      { _ in
        let cost = try Child.run(environment.diff(all, state: with))
        peaksWith.append(cost.peakBytes)
        processorWith.append(cost.processor)
        return cost.wall
      },
    ])
    let name = "diff of \(count) unchanged; events on two cores and the rows' scan"
    var figures = [
      Figure(name: name, unit: .seconds, ours: times[0], floor: times[1], bound: .atMost(2.0)),
      Figure(name: "  processor", unit: .seconds, ours: processor, floor: floorProcessor),
      Figure(name: "  resident at most", unit: .bytes, ours: peaks),
      Figure(
        name: "  with the digests of the last apply", unit: .seconds, ours: times[2], floor: times[1],
        bound: .atMost(0.7)),
      Figure(name: "  processor", unit: .seconds, ours: processorWith, floor: floorProcessor),
      Figure(name: "  resident at most", unit: .bytes, ours: peaksWith),
    ]
    if settings.hasCallgrind {
      let few = try stateWithoutDigests(tenth, "without-tenth")
      let ours = try environment.instructions(environment.diff(tenth, state: few))
      let floor = try environment.instructions([environment.floor, "scan", "1", tenth, few])
      figures.append(
        Figure(name: "  a tenth of it, without digests", unit: .instructions, ours: [ours], floor: [floor]))
    }
    return figures
  }

  private func stateWithoutDigests(_ manifests: String, _ name: String) throws -> String {
    let state = try appliedState(manifests, name)
    _ = try environment.runFloor(["sql", state, "DELETE FROM source_readings"])
    return state
  }

  // MARK: The program

  private func program() throws -> [Figure] {
    var information = stat()
    guard stat(environment.berth, &information) == 0 else {
      throw BenchmarkFailure("\(environment.berth) is not there")
    }
    let times = try environment.alternate(
      rounds: settings.rounds * 4,
      [
        { _ in try Child.run([environment.berth, "--help"]).wall * 1000 },
        { _ in try Child.run(["/bin/true"]).wall * 1000 },
      ])
    return [
      Figure(name: "berth --help; /bin/true", unit: .milliseconds, ours: times[0], floor: times[1]),
      Figure(name: "size of the program", unit: .bytes, ours: [Double(information.st_size)]),
    ]
  }
}
