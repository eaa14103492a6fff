// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in our own targets, and only there: dependencies build as their authors wish.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Optimized in debug builds as well: tests live through tens of thousands of fleets and a hundred thousand small cases, in
/// code that computes and does nothing else. Overflows and exclusive access are checked as without.
let computing: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "berth",
  products: [.executable(name: "berth", targets: ["berth"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // Module map for the system libyaml.
    .systemLibrary(
      name: "CLibYAML", path: "Sources/System/CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    // Module map for the system libmd: SHA-256.
    .systemLibrary(
      name: "CMessageDigest", path: "Sources/System/CMessageDigest", pkgConfig: "libmd",
      providers: [.apt(["libmd-dev"])]),
    // Module map for crypt(3): password hashes.
    .systemLibrary(name: "CCrypt", path: "Sources/System/CCrypt", providers: [.apt(["libcrypt-dev"])]),
    // Module map for statfs(2): the kind of a filesystem.
    .systemLibrary(name: "CFilesystem", path: "Sources/System/CFilesystem"),
    // Module map for the settings of the system SQLite that C alone can make.
    .systemLibrary(name: "CSQLiteSettings", path: "Sources/System/CSQLiteSettings"),
    // Module map for the calls of Linux that Swift's Glibc leaves out.
    .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),
    // System calls over SystemPackage with typed errors that name their path.
    .target(
      name: "SystemCalls", dependencies: ["CLinux", .product(name: "SystemPackage", package: "swift-system")],
      path: "Sources/System/SystemCalls", swiftSettings: strict),
    // Arrays whose elements are computed on all cores.
    .target(name: "ConcurrentMap", path: "Sources/System/ConcurrentMap", swiftSettings: computing),
    // The C program that supervises one run of the process engine. Linked statically and without Swift's start-up
    // objects, because its start is part of the price of every run.
    .executableTarget(
      name: "berth-shim", path: "Sources/Engines/ProcessShim",
      cSettings: [.treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra")],
      linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-executable"])]),
    // Places in files, diagnostics with stable codes, and their rendering as text.
    .target(name: "Diagnostics", path: "Sources/Models/Diagnostics", swiftSettings: strict),
    // Generic directed graphs: reverse edges, topological order, cycles with their path.
    .target(
      name: "DependencyGraph",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ], path: "Sources/Models/DependencyGraph", swiftSettings: computing),
    // The nouns: identities, quantities, specs, records, runs, secrets. No verbs.
    .target(
      name: "FleetModel", dependencies: ["CMessageDigest", "Diagnostics"], path: "Sources/Models/FleetModel",
      swiftSettings: computing),
    // Change, action, reason, plan, forecast and explanation: values, whose JSON form is in Reports.
    .target(
      name: "PlanModel", dependencies: ["FleetModel", "Diagnostics"], path: "Sources/Models/PlanModel",
      swiftSettings: computing),
    // Bytes to desired state and diagnostics: libyaml events, typed decoding with places, validation, schema.
    .target(
      name: "Manifests",
      dependencies: ["CLibYAML", "CLinux", "FleetModel", "DependencyGraph", "Diagnostics", "ConcurrentMap"],
      swiftSettings: strict),
    // Effective priority, queues, fit and admission: pure functions and values.
    .target(
      name: "Scheduling",
      dependencies: [
        "FleetModel", "PlanModel", .product(name: "HeapModule", package: "swift-collections"),
      ], swiftSettings: computing),
    // The Fleet, its one function step, the diff and the plan.
    .target(
      name: "FleetCore",
      dependencies: [
        "Scheduling", "PlanModel", "FleetModel", "DependencyGraph", "ConcurrentMap",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: computing),
    // The fleet on a virtual clock: traces, their readers, and what is measured.
    .target(
      name: "Simulation",
      dependencies: [
        "FleetCore", "FleetModel", "PlanModel", "Diagnostics",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ], swiftSettings: strict),
    // SQLite: migrations, load, commit, journal of runs, events, the lock.
    .target(
      name: "StateStore",
      dependencies: [
        "CFilesystem", "CSQLiteSettings", "FleetModel", "SystemCalls", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    // The engine protocol, its values, and the protocol of the secret resolver.
    .target(
      name: "EngineInterface", dependencies: ["FleetModel"], path: "Sources/Engines/EngineInterface",
      swiftSettings: strict),
    // Runs as local processes, each under a shim that outlives the command.
    .target(
      name: "ProcessEngine",
      dependencies: [
        "CLinux", "EngineInterface", "FleetModel", "SystemCalls",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Sources/Engines/ProcessEngine", swiftSettings: strict),
    // Where manifests come from: directories, files, standard input.
    .target(
      name: "ManifestSources",
      dependencies: [
        "FleetModel", "Diagnostics", "SystemCalls", "ConcurrentMap",
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: strict),
    // Observe, step, carry out, record: the control loop.
    .target(
      name: "Reconciliation",
      dependencies: [
        "CLinux", "FleetCore", "StateStore", "EngineInterface", "PlanModel", "FleetModel", "Manifests",
        "ManifestSources", "Diagnostics", "ConcurrentMap", "SystemCalls",
        .product(name: "DequeModule", package: "swift-collections"),
      ], swiftSettings: strict),
    // Renderers of plans, tables and diagnostics.
    .target(name: "Reports", dependencies: ["PlanModel", "FleetModel", "Diagnostics"], swiftSettings: strict),
    // One file a command, the composition of concrete parts, and the one place where errors become exit codes.
    .target(
      name: "BerthCommands",
      dependencies: [
        "CCrypt", "Diagnostics", "FleetModel", "PlanModel", "Manifests", "FleetCore",
        "StateStore", "EngineInterface", "ProcessEngine", "ManifestSources", "Reconciliation", "Reports", "Simulation",
        "SystemCalls", .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    // The executable: a few lines.
    .executableTarget(name: "berth", dependencies: ["BerthCommands", "berth-shim"], swiftSettings: strict),
    // The C program that pays for the same bytes, rows and processes: what the benchmark's ratios are of.
    .executableTarget(
      name: "berth-bench-floor", path: "Sources/Benchmarks/Floors",
      cSettings: [
        .define("_GNU_SOURCE"), .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ],
      linkerSettings: [.linkedLibrary("yaml"), .linkedLibrary("sqlite3"), .linkedLibrary("pthread")]),
    // The benchmark: makes its own input, runs Berth and its floors in turn, prints ratios of medians.
    .executableTarget(
      name: "berth-bench",
      dependencies: [
        "berth", "berth-bench-floor", "berth-shim", "Diagnostics", "EngineInterface", "FleetCore", "FleetModel",
        "ManifestSources", "Manifests", "ProcessEngine", "Simulation",
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], path: "Sources/Benchmarks/Program", swiftSettings: strict),
    // What every test may use and that knows nothing of Berth: golden files, seeds, temporary directories, programs.
    .target(name: "TestKit", path: "Tests/Support/Kit", swiftSettings: computing),
    // Scenarios of the fleet, the conformance suite of engines, the simulated engine and world: for tests only.
    .target(
      name: "BerthTestSupport",
      dependencies: [
        "Diagnostics", "FleetModel", "PlanModel", "Scheduling", "FleetCore", "StateStore", "EngineInterface",
        "TestKit", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HeapModule", package: "swift-collections"),
      ], path: "Tests/Support", exclude: ["BrokenInvariants", "Kit", "Reconciler"], swiftSettings: computing),
    // A program that breaks an invariant of Scheduling and so ends by a signal.
    .executableTarget(
      name: "broken-invariants", dependencies: ["FleetModel", "Scheduling"], path: "Tests/Support/BrokenInvariants",
      swiftSettings: strict),
    // A reconciler with an engine in memory and a real state.
    .target(
      name: "ReconcilerTestSupport",
      dependencies: [
        "EngineInterface", "FleetCore", "FleetModel", "Manifests", "Reconciliation", "StateStore", "TestKit",
      ], path: "Tests/Support/Reconciler", swiftSettings: strict),
    // The parser of the variables that choose what tests generate.
    .testTarget(name: "TestKitTests", dependencies: ["TestKit"], swiftSettings: strict),
    // Scenarios of `step` and `plan`, told as text and compared exactly.
    .testTarget(
      name: "FleetCoreTests",
      dependencies: [
        "BerthTestSupport", "Diagnostics", "FleetCore", "FleetModel", "PlanModel", "Scheduling",
        "TestKit", .product(name: "HeapModule", package: "swift-collections"),
      ], swiftSettings: computing),
    // What `why` suggests, applied to generated situations; what it says, as files.
    .testTarget(
      name: "ExplanationTests",
      dependencies: ["BerthTestSupport", "FleetCore", "FleetModel", "PlanModel", "Reports", "TestKit"],
      exclude: ["Golden"],
      swiftSettings: strict),
    // GPU slots, room and queues against a brute force.
    .testTarget(
      name: "SchedulingTests", dependencies: ["FleetModel", "Scheduling", "TestKit", "broken-invariants"],
      swiftSettings: computing),
    // Readers of traces, and the scheduler on traces against a plain simulator.
    .testTarget(
      name: "TraceTests", dependencies: ["FleetModel", "PlanModel", "Simulation", "TestKit"],
      swiftSettings: strict),
    // A thousand simulated worlds, each from a seed, with failures and crashes everywhere.
    .testTarget(
      name: "SimulationTests", dependencies: ["BerthTestSupport", "TestKit"], swiftSettings: computing),
    // Order, cycles and reverse edges against a brute force.
    .testTarget(name: "DependencyGraphTests", dependencies: ["DependencyGraph", "TestKit"], swiftSettings: strict),
    // Specs as text and their differences, quantities, JSON and YAML over generated values, hashes against published vectors.
    .testTarget(name: "FleetModelTests", dependencies: ["CLibYAML", "FleetModel", "TestKit"], swiftSettings: strict),
    // The recorded state on real files: round trips, the schema's own rules, the lock, crashes, damage.
    .testTarget(
      name: "StateStoreTests",
      dependencies: [
        "StateStore", "FleetModel", "SystemCalls", "TestKit", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: strict),
    // Directories, links, special files, limits and ignore rules, on real files.
    .testTarget(
      name: "ManifestSourcesTests",
      dependencies: ["ManifestSources", "FleetModel", "Diagnostics", "SystemCalls", "TestKit"],
      swiftSettings: strict),
    // Tables, styles, durations, ages and sizes as exact text.
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "PlanModel", "FleetModel", "Diagnostics", "TestKit"],
      exclude: ["Golden"],
      swiftSettings: strict),
    // Rendering and escaping of diagnostics as exact text, and the catalog of their codes.
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics", "TestKit"], swiftSettings: strict),
    // Manifests as files with the exact diagnostics, the YAML test suite, mutated input, the schema.
    .testTarget(
      name: "ManifestsTests", dependencies: ["Manifests", "ManifestSources", "Diagnostics", "FleetModel", "TestKit"],
      exclude: ["Fixtures"],
      swiftSettings: strict),
    // The control loop with an engine in memory and a real state.
    .testTarget(
      name: "ReconciliationTests",
      dependencies: [
        "Reconciliation", "EngineInterface", "FleetCore", "FleetModel", "Manifests", "ManifestSources", "PlanModel",
        "ReconcilerTestSupport", "StateStore", "TestKit",
      ],
      swiftSettings: strict),
    // The real program on temporary directories: killed at random moments, twice at once, plan against deed.
    .testTarget(
      name: "EndToEndTests", dependencies: ["berth", "StateStore", "FleetModel", "TestKit"], swiftSettings: strict),
    // The benchmark on a tiny input: that it measures what it says.
    .testTarget(name: "BenchmarksTests", dependencies: ["berth-bench", "TestKit"], swiftSettings: strict),
    // Every example as its page says, every command of the README, and the generated pages.
    .testTarget(name: "ExamplesTests", dependencies: ["berth", "TestKit"], swiftSettings: strict),
    // The parts of the commands that need no terminal: arguments, password hashes, secrets, and what get, describe, logs
    // and doctor make of a recorded state.
    .testTarget(
      name: "BerthCommandsTests",
      dependencies: [
        "BerthCommands", "Diagnostics", "EngineInterface", "FleetCore", "FleetModel", "ManifestSources", "Manifests",
        "PlanModel", "ReconcilerTestSupport", "Reconciliation", "Reports", "Simulation", "StateStore", "SystemCalls",
        "TestKit",
        .product(name: "SystemPackage", package: "swift-system"),
      ], exclude: ["Golden"], swiftSettings: strict),
    // The process engine for real: the conformance suite, killed shims, races, limits.
    .testTarget(
      name: "ProcessEngineTests",
      dependencies: ["ProcessEngine", "EngineInterface", "FleetModel", "BerthTestSupport", "berth-shim", "TestKit"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
