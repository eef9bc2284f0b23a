// swift-tools-version: 6.3
import PackageDescription

// The diagram of the project, executable: targets stand in the order in which the data meets
// them, and the build refuses an import that is not declared here.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

// What runs on a device compiles in two modes: ordinary Swift for development and tests, Embedded
// Swift (trait `Embedded`) for what ships.
let device =
    strict + [
        // Not `.enableExperimentalFeature`: its condition is not heeded when the executable is
        // linked, and an ordinary executable linked as Embedded has no runtime registration: it
        // crashes at the first generic type that is made at run time.
        .unsafeFlags(
            ["-enable-experimental-feature", "Embedded", "-wmo", "-Osize", "-parse-as-library"],
            .when(traits: ["Embedded"])),
        // A function that several modules emit has its constant arrays outlined under names that
        // count them; modules may count differently, and the linker keeps one: arrays are mixed up.
        .unsafeFlags(
            ["-Xllvm", "-sil-disable-pass=object-outliner"], .when(traits: ["Embedded"])),
    ]

// A device's build, and an app that depends on `FootfallClient`, need nothing of the centre's.
let centre = TargetDependencyCondition.when(traits: ["Centre"])

let unicodeTables = Context.environment["SWIFT_EMBEDDED_LIBS"] ?? ""

// What every executable of the device is linked with.
let deviceLinking: [LinkerSetting] = [
    .linkedLibrary("sqlite3"), .linkedLibrary("ssl"), .linkedLibrary("crypto"),
    .linkedLibrary("z"), .linkedLibrary("inih"), .linkedLibrary("m"),
    .linkedLibrary("swiftUnicodeDataTables", .when(traits: ["Embedded"])),
    .unsafeFlags(
        ["-L\(unicodeTables)", "-enable-experimental-feature", "Embedded"],
        .when(traits: ["Embedded"])),
]

// The fuzzer links with libFuzzer's runtime alone: `make fuzz`.
let fuzzing: [Target] =
    Context.environment["FOOTFALL_FUZZ"] == nil
    ? []
    : [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz-blocks", dependencies: ["BlockTrials", "CFuzzer"], path: "Tests/Fuzz/Entry",
            swiftSettings: strict, linkerSettings: [.linkedLibrary("z")]),
    ]

let package = Package(
    name: "footfall",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "footfall", targets: ["footfall"]),
        .executable(name: "footfall-collector", targets: ["footfall-collector"]),
        .executable(name: "simulate", targets: ["simulate"]),
        // What becomes libfootfall: `Cross/library`.
        .library(name: "footfall-client", type: .static, targets: ["Client"]),
        // The same for apps in Swift.
        .library(name: "FootfallClient", targets: ["FootfallClient"]),
    ],
    traits: [
        .trait(name: "Embedded", description: "Builds the device side as Embedded Swift."),
        .trait(name: "Centre", description: "Fetches what the collector is made of."),
        .default(enabledTraits: ["Centre"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0",
            traits: []),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(
            url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // What C must spell for us: headers and shims, no logic.
        .target(
            name: "CPlatform",
            cSettings: [.define("FOOTFALL_EMBEDDED", .when(traits: ["Embedded"]))]),
        // In the agent's executable alone: a library must not touch its host's memory.
        .target(
            name: "CMemory",
            cSettings: [.define("FOOTFALL_EMBEDDED", .when(traits: ["Embedded"]))]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CInih", providers: [.apt(["libinih-dev"])]),

        // The device, in the data's order.
        .target(name: "Ring", dependencies: ["CPlatform"], swiftSettings: device),
        // The other end of it: what a program on the kiosk links with. Bytes only.
        .target(name: "CFootfall"),
        .target(
            name: "Client", dependencies: ["CFootfall", "CPlatform", "Ring"],
            swiftSettings: device),
        .target(
            name: "FootfallClient", dependencies: ["CFootfall", "CPlatform", "Client"],
            swiftSettings: strict),
        .target(name: "Events", swiftSettings: device),
        .target(name: "Intake", dependencies: ["Events"], swiftSettings: device),
        .target(name: "Identity", dependencies: ["Events", "COpenSSL"], swiftSettings: device),
        .target(name: "Store", dependencies: ["Events", "CSQLite"], swiftSettings: device),
        .target(name: "Blocks", dependencies: ["Events", "CZlib"], swiftSettings: device),
        .target(name: "Sync", dependencies: ["Events"], swiftSettings: device),
        .target(
            name: "Platform",
            dependencies: ["Events", "CMemory", "COpenSSL", "CPlatform", "CZlib"],
            swiftSettings: device),
        .target(
            name: "Agent",
            dependencies: [
                "Ring", "Events", "Intake", "Identity", "Store", "Blocks", "Sync", "Platform",
                "CInih",
            ],
            swiftSettings: device),
        .executableTarget(
            name: "footfall", dependencies: ["Agent"], swiftSettings: device,
            linkerSettings: deviceLinking),

        // The centre.
        .target(name: "Reports", swiftSettings: strict),
        .target(
            name: "Collector",
            dependencies: [
                "Blocks", "CPlatform", "Events", "Identity", "Reports",
                .product(
                    name: "ArgumentParser", package: "swift-argument-parser", condition: centre),
                .product(name: "GRDB", package: "GRDB.swift", condition: centre),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: centre),
                .product(name: "Hummingbird", package: "hummingbird", condition: centre),
                .product(name: "HummingbirdCore", package: "hummingbird", condition: centre),
                .product(name: "HummingbirdTLS", package: "hummingbird", condition: centre),
                .product(name: "Logging", package: "swift-log", condition: centre),
                .product(name: "NIOCore", package: "swift-nio", condition: centre),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: centre),
                .product(
                    name: "ServiceLifecycle", package: "swift-service-lifecycle",
                    condition: centre),
                .product(
                    name: "UnixSignals", package: "swift-service-lifecycle", condition: centre),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "footfall-collector", dependencies: ["Collector"], swiftSettings: strict),

        // The formats, checked as they run on a device: as Embedded Swift, on each processor.
        .executableTarget(
            name: "device-checks",
            dependencies: [
                "Agent", "Blocks", "CPlatform", "CSQLite", "Events", "Identity", "Intake",
                "Platform", "Ring", "Store", "Sync",
            ],
            path: "Tests/DeviceChecks", swiftSettings: device, linkerSettings: deviceLinking),

        // A process that shares memory with an agent, on each processor, and writes down what it
        // did.
        .executableTarget(
            name: "ring-producer", dependencies: ["CPlatform", "Platform", "Ring"],
            path: "Tests/RingProducer", swiftSettings: device, linkerSettings: deviceLinking),

        // Figures of the device in release builds, and no verdict on them.
        .executableTarget(
            name: "bench",
            dependencies: [
                "Agent", "Blocks", "CEventText", "CFootfall", "COpenSSL", "CPlatform", "CSQLite",
                "CZlib", "Events", "Identity", "Platform", "Ring", "SeededText", "Store",
            ],
            path: "Tests/Benchmarks", exclude: ["CEventText", "run"], swiftSettings: strict),
        // An event's text as a program in C makes it.
        .target(name: "CEventText", path: "Tests/Benchmarks/CEventText"),

        // What several suites draw random texts from; it knows nothing of the product.
        .target(name: "SeededText", path: "Tests/SeededText", swiftSettings: strict),

        // The disk under SQLite that fails when a test says so.
        .target(
            name: "FaultyDisk", dependencies: ["CSQLite"], path: "Tests/FaultyDisk",
            swiftSettings: strict),
        // The whole device in one deterministic process, over a disk, a network and clocks that a
        // seed disturbs.
        .target(
            name: "Simulation",
            dependencies: [
                "Agent", "Blocks", "CSQLite", "Events", "Identity", "Platform", "SeededText",
                "Store",
            ],
            path: "Tests/Simulation", exclude: ["FaultModel.md", "test_simulation.py"],
            swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["Platform", "Simulation"], path: "Tests/simulate",
            swiftSettings: strict,
            linkerSettings: [
                .linkedLibrary("sqlite3"), .linkedLibrary("crypto"), .linkedLibrary("z"),
                .linkedLibrary("inih"), .linkedLibrary("m"),
            ]),
        // The layout of a lane read off its page in another language, to hold ours against.
        .target(name: "CLane", path: "Tests/RingTests/CLane"),
        .testTarget(
            name: "RingTests", dependencies: ["CLane", "CPlatform", "Ring", "SeededText"],
            exclude: ["CLane"], swiftSettings: strict),
        // A lane's writer under single steps, killed and stopped at every instruction.
        .target(name: "CTrace", path: "Tests/Crash/CTrace"),
        .executableTarget(
            name: "ring-crash", dependencies: ["CTrace", "Ring", "SeededText"],
            path: "Tests/Crash", exclude: ["CTrace", "test_crash.py"], swiftSettings: strict),
        .testTarget(
            name: "FootfallClientTests", dependencies: ["CFootfall", "FootfallClient"],
            swiftSettings: strict),
        .testTarget(
            name: "EventsTests", dependencies: ["Events", "SeededText"], swiftSettings: strict),
        .testTarget(
            name: "IntakeTests", dependencies: ["Events", "Intake"], swiftSettings: strict),
        .testTarget(
            name: "IdentityTests", dependencies: ["Events", "Identity", "SeededText"],
            swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["CSQLite", "Events", "FaultyDisk", "Store"],
            swiftSettings: strict),
        // What the fuzzer and the tests of its corpus hold against reader and writer.
        .target(
            name: "BlockTrials", dependencies: ["Blocks", "Events", "SeededText"],
            path: "Tests/Fuzz/Trials", swiftSettings: strict),
        .testTarget(
            name: "BlocksTests",
            dependencies: ["BlockTrials", "Blocks", "Events", "SeededText"],
            swiftSettings: strict),
        .testTarget(
            name: "SyncTests", dependencies: ["Events", "SeededText", "Sync"],
            swiftSettings: strict),
        .testTarget(
            name: "PlatformTests", dependencies: ["CPlatform", "Events", "Platform", "SeededText"],
            swiftSettings: strict),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "Blocks", "CPlatform", "CSQLite", "Events", "FaultyDisk", "Identity",
                "Intake", "Platform", "Ring", "SeededText", "Store", "Sync",
            ],
            swiftSettings: strict),
        .testTarget(name: "ReportsTests", dependencies: ["Reports"], swiftSettings: strict),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Blocks", "Collector", "Events", "Identity", "Reports", "Sync",
                .product(name: "GRDB", package: "GRDB.swift", condition: centre),
                .product(name: "Logging", package: "swift-log", condition: centre),
                .product(name: "NIOCore", package: "swift-nio", condition: centre),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: centre),
            ],
            swiftSettings: strict),
    ] + fuzzing
)
