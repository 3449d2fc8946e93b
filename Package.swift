// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let language: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]
/// Every target is held to the same rules; only `Platform` may say `unsafe` (docs/ARCHITECTURE.md, invariant 9), and
/// only its tests, which talk to bare sockets, need not say it.
let settings = language + [.strictMemorySafety()]

/// For the sockets of the tests' own server: all of it is C calls, and none of it is in the released binary.
let socketSettings: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "rollwatch",
  products: [.executable(name: "rollwatch", targets: ["rollwatch"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

    // Written in C because the C library shows it to nobody else.
    .target(name: "CProcess"),

    .target(name: "Core", swiftSettings: settings),
    .target(name: "JSON", dependencies: ["Platform"], swiftSettings: settings),
    .target(name: "Rules", dependencies: ["Core", "Platform", yams], swiftSettings: settings),
    .target(
      name: "Platform", dependencies: ["Core", "CCurl", "COpenSSL", "CProcess", "CSystemd", logging],
      swiftSettings: settings),
    .target(
      name: "AWS", dependencies: ["Core", "JSON", "Platform"], swiftSettings: settings),
    .target(name: "GitHub", dependencies: ["Core", "JSON", "Platform"], swiftSettings: settings),
    .target(name: "Journal", dependencies: ["Core", "JSON", "Platform", grdb], swiftSettings: settings),
    .target(
      name: "Daemon",
      dependencies: ["Core", "JSON", "Rules", "AWS", "GitHub", "Journal", "Platform", logging],
      swiftSettings: settings),
    .target(
      name: "Notify",
      dependencies: [
        "Core", "JSON", "Rules", "AWS", "Journal", "Platform", "Daemon", logging,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "rollwatch",
      dependencies: [
        "Core", "JSON", "Rules", "AWS", "GitHub", "Journal", "Platform", "Daemon", "Notify", argumentParser,
        logging,
      ],
      swiftSettings: settings),

    // The AWS that tests and the demo run on; never part of the released binary.
    .target(
      name: "LoopbackSockets", path: "Tests/Support/LoopbackSockets", swiftSettings: socketSettings),
    .target(
      name: "LocalAWS", dependencies: ["Core", "Platform", "LoopbackSockets"], path: "Tests/Support/LocalAWS",
      swiftSettings: settings),
    .target(
      name: "LocalReceiver", dependencies: ["Platform", "LoopbackSockets"],
      path: "Tests/Support/LocalReceiver",
      swiftSettings: settings),
    .target(
      name: "LocalGitHub", dependencies: ["Core", "GitHub", "Platform", "LocalAWS", "LocalReceiver"],
      path: "Tests/Support/LocalGitHub", swiftSettings: settings),
    .target(name: "Folders", path: "Tests/Support/Folders", swiftSettings: settings),
    .executableTarget(
      name: "local-aws", dependencies: ["LocalAWS", "Platform", argumentParser],
      path: "Tests/Support/local-aws",
      swiftSettings: settings),

    .executableTarget(
      name: "engine-bench", dependencies: ["Core"], path: "Tests/Support/engine-bench",
      swiftSettings: language),

    .executableTarget(
      name: "campaign", dependencies: ["LocalAWS", "Core", "Folders", "Platform", argumentParser],
      path: "Tests/Support/campaign", swiftSettings: language),

    // Simulated time: running jobs by hand is, to the compiler, unsafe.
    .target(
      name: "Simulation", dependencies: ["Core", "Platform"], path: "Tests/Support/Simulation",
      swiftSettings: socketSettings),
    .target(
      name: "SimulatedEstate",
      dependencies: [
        "Core", "Rules", "AWS", "GitHub", "Journal", "Platform", "Daemon", "Notify", "LocalAWS",
        "LocalGitHub",
        "Simulation", logging,
      ],
      path: "Tests/Support/SimulatedEstate", swiftSettings: settings),
    .executableTarget(
      name: "simulate", dependencies: ["SimulatedEstate", "Platform", argumentParser],
      path: "Tests/Support/simulate",
      swiftSettings: language),

    // Readers of foreign bytes and what must hold of them: replayed by FuzzTests, searched by `make fuzz`.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Core", "Folders", "JSON", "Rules", "AWS", "GitHub", "Journal", "Platform", "Simulation",
      ],
      path: "Tests/Fuzz/Targets", swiftSettings: settings),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: settings),

    .testTarget(
      name: "LocalAWSTests", dependencies: ["LocalAWS", "LoopbackSockets", "Core", "Platform"],
      swiftSettings: settings),
    .testTarget(name: "CoreTests", dependencies: ["Core"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(name: "RulesTests", dependencies: ["Rules", "Core", "Folders"], swiftSettings: settings),
    .testTarget(
      name: "PlatformTests", dependencies: ["Platform", "Core", "Folders", logging], swiftSettings: language),
    .testTarget(
      name: "AWSTests", dependencies: ["AWS", "Core", "Folders", "JSON", "Platform", "LocalAWS"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "JournalTests", dependencies: ["Journal", "Core", "Folders", "JSON", "Platform", grdb],
      swiftSettings: language),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "Daemon", "Core", "Rules", "AWS", "GitHub", "Journal", "Platform", "LocalAWS", "LocalGitHub",
        "LocalReceiver", "Simulation", "Folders",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "NotifyTests",
      dependencies: [
        "Notify", "Core", "JSON", "Rules", "AWS", "Journal", "Platform", "LocalAWS", "LocalReceiver",
        "Folders", logging,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SimulationTests", dependencies: ["SimulatedEstate", "Platform"], swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "rollwatch", "local-aws", "campaign", "LocalAWS", "LocalReceiver", "LocalGitHub", "Core", "Folders",
        "Rules", "Platform",
        subprocess, system,
      ],
      swiftSettings: settings),
  ]
)

// libFuzzer's own program, which links with nothing but -sanitize=fuzzer.
if Context.environment["ROLLWATCH_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/fuzz",
      swiftSettings: socketSettings))
}
