import Diagnostics
import FleetModel
import PlanModel

/// Plans made by hand, for the renderers.
enum SamplePlans {
  static let lab = ClusterIdentity(organization: "vision", name: "lab")
  static let other = ClusterIdentity(organization: "vision", name: "lab-b")

  static func on(_ name: String) -> DeploymentIdentity { on(lab, name) }
  static func on(_ cluster: ClusterIdentity, _ name: String) -> DeploymentIdentity {
    DeploymentIdentity(cluster: cluster, name: name)
  }
  static func object(_ name: String, on cluster: ClusterIdentity = lab) -> ObjectIdentity {
    .deployment(on(cluster, name))
  }
  static func place(_ line: Int) -> SourcePlace { SourcePlace(file: "fleet.yaml", line: line, column: 1) }

  static let gpuShort = Shortfall(
    dimension: .gpu, requested: 2000, available: 1000, total: 4000,
    holders: [.init(deployment: on("train"), amount: 2000), .init(deployment: on(other, "tune"), amount: 1000)])
  static let ramShort = Shortfall(
    dimension: .ram, requested: 16 << 30, available: 1_234_567_890, total: 64 << 30, holders: [])

  private static func new(_ name: String, image: String, ram: String, cpu: String, priority: String?) -> Change {
    var fields = [
      FieldDifference(path: "user", old: nil, new: "ada"), FieldDifference(path: "image", old: nil, new: image),
    ]
    if let priority { fields.append(FieldDifference(path: "priority", old: nil, new: priority)) }
    fields.append(FieldDifference(path: "resources.ram", old: nil, new: ram))
    fields.append(FieldDifference(path: "resources.cpu", old: nil, new: cpu))
    return Change(.create, object(name), fields: fields, place: place(20))
  }

  /// The first plan of a source.
  static var first: Plan {
    var plan = Plan(source: "default")
    plan.changes = [
      Change(.create, .organization("vision"), place: place(1)),
      Change(
        .create, .user("ada"),
        fields: [
          FieldDifference(path: "email", old: nil, new: "ada@example.org"),
          FieldDifference(path: "organizations", old: nil, new: "[vision, audio]"),
        ], place: place(5)),
      Change(
        .create, .cluster(lab),
        fields: [
          FieldDifference(path: "creator", old: nil, new: "ada"),
          FieldDifference(path: "capacity.ram", old: nil, new: "64Gi"),
          FieldDifference(path: "capacity.gpu", old: nil, new: "4"),
        ], place: place(10)),
      new("prepare", image: "vision/prepare:1", ram: "1Gi", cpu: "500m", priority: "low"),
      new("serve", image: "vision/serve:1", ram: "2Gi", cpu: "1", priority: "high"),
      new("tune", image: "vision/a-rather-long-name-of-an-image:1.2.3", ram: "16Gi", cpu: "4", priority: nil),
    ]
    plan.actions = plan.changes.map { Action(.register, $0.identity) }
    plan.actions += [
      Action(.start(.new), object("prepare")),
      Action(.hold(.waitsForDependency(on("prepare"), until: .completed)), object("serve")),
      Action(.hold(.insufficientCapacity([gpuShort])), object("tune")),
    ]
    plan.inheritances = [
      Inheritance(deployment: on("prepare"), declared: .low, effective: .high, from: on("serve"))
    ]
    return plan
  }

  /// Every kind of change and of action.
  static var changed: Plan {
    var plan = Plan(source: "default")
    plan.unchanged = 12
    plan.changes = [
      Change(
        .update, .cluster(lab), fields: [FieldDifference(path: "capacity.gpu", old: "4", new: "8")], place: place(3)),
      Change(
        .update, object("batch"),
        fields: [
          FieldDifference(path: "priority", old: "low", new: "high"),
          FieldDifference(path: "labels.team", old: nil, new: "vision"),
          FieldDifference(path: "dependsOn.vision/lab/prepare", old: "until completed", new: nil),
        ], place: place(9)),
      Change(
        .replace, object("train"), renamedFrom: object("train-old"),
        fields: [
          FieldDifference(path: "image", old: "vision/train:1", new: "vision/train:2", forcesNewRun: true),
          FieldDifference(
            path: "command", old: "[python, train.py, --epochs, \"3\", --optimizer, adam]",
            new:
              "[python, train.py, --epochs, \"30\", --optimizer, adam, --schedule, cosine, --warmup, \"500\", --seed, \"1\"]",
            forcesNewRun: true),
          FieldDifference(
            path: "env.SETUP", old: #""set -e\nulimit -n 4096\nprintf 'a\\nb'""#,
            new: #""set -e\nulimit -n 65536\nulimit -c 0\nprintf 'a\\nb'""#, forcesNewRun: true),
          .secretChanged(path: "env.HF_TOKEN", forcesNewRun: true),
          FieldDifference(path: "retry.limit", old: "0", new: "2"),
        ], place: place(14)),
      Change(.delete, object("probe", on: other)), Change(.delete, .user("eve")),
    ]
    plan.actions = [
      Action(.update, .cluster(lab)), Action(.update, object("batch")), Action(.update, object("train")),
      Action(.stop(.replaced), object("train")), Action(.start(.replacement), object("train")),
      Action(.start(.retry), object("flaky")), Action(.preempt(for: on("train")), object("victim")),
      Action(.stop(.withdrawn), object("probe", on: other)), Action(.prune, object("probe", on: other)),
      Action(.prune, .user("eve")),
      Action(.hold(.behindReservation(of: on("train"), [.ram, .gpu])), object("waiter")),
      Action(.hold(.failed(runs: 3)), object("broken", on: other)),
    ]
    return plan
  }

  /// A plan with refusals and notices, and with text that must not reach a terminal unescaped.
  static var refused: Plan {
    var plan = Plan(source: "default")
    plan.unchanged = 1
    plan.notices = [
      .looksRenamed(from: object("train"), to: object("train-7")), .drift(on("train"), "its run is gone"),
      .clusterUnknown(lab, "no answer\u{1b}[2J from \u{202e}kcod"),
    ]
    plan.refusals = [
      .deletesTooMuch(count: 5, of: 9), .emptySource(owned: 1), .ownedElsewhere(.user("ada"), owner: "platform"),
      .boundElsewhere(directory: "/srv/fleet"), .stillNamed(.user("eve"), by: .cluster(lab)), .protected(on("train")),
    ]
    return plan
  }

  /// Every reason once.
  static let reasons: [Reason] = [
    .suspended, .protected, .ownerInactive(user: "ada"), .ownerNotMember(user: "ada", organization: "vision"),
    .neverFits([Shortfall(dimension: .gpu, requested: 8000, available: 4000, total: 4000), ramShort]),
    .dependencyFailed(on("prepare")), .waitsForDependency(on("prepare"), until: .completed),
    .waitsForDependency(on(other, "store"), until: .running),
    .secretUnavailable("environment variable HF_TOKEN is not set"), .clusterUnknown("it does not answer"),
    .overcommitted([ramShort]), .backingOff(until: Instant(nanoseconds: 1_800_000_020_000_000_000)),
    .heldByServices([gpuShort]),
    .heldByServices([Shortfall(dimension: .gpu, requested: 6000, available: 4000, total: 4000)]),
    .heldByServices([]), .runsStopping([on("a"), on("b")]),
    .coolingDown(until: Instant(nanoseconds: 1_800_000_300_000_000_000), preemptor: nil),
    .behindReservation(of: on("train"), [.gpu]), .insufficientCapacity([gpuShort, ramShort]),
    .waitsOnEngine("queued: (Priority)"), .dependantsRemain([object("serve"), object("x", on: other)]),
    .failed(runs: 1),
  ]
}
