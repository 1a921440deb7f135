// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of the house. Dependencies point downwards only: see `Documentation/Architecture.md`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "emend",
  products: [
    .executable(name: "emend", targets: ["emend"]),
    .executable(name: "emend-bench", targets: ["emend-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "COpenBLAS"),
    .target(name: "CGit2Start"),
    .target(name: "CKernels"),
    room("Diagnostics"),
    room("Pages"),
    room("Files", ["Diagnostics"]),
    room("LinearAlgebra", ["Diagnostics", "COpenBLAS"]),
    room("Checkpoint", ["Diagnostics", "Files", "CCrypto"]),
    room("Delta", ["Diagnostics", "LinearAlgebra", "Checkpoint", "CKernels", "CZstd"]),
    room("Store", ["Diagnostics", "Files", "Checkpoint", "CGit2", "CGit2Start", "CCrypto"]),
    room("Transformer", ["Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "CKernels"]),
    room("Editing", ["Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Transformer"]),
    room(
      "Evaluation",
      ["Diagnostics", "Files", "Pages", "Checkpoint", "Transformer", "Editing"]),
    room(
      "Workflows",
      [
        "Diagnostics", "Files", "LinearAlgebra", "Pages", "Checkpoint", "Delta", "Store",
        "Transformer", "Editing", "Evaluation",
      ]),
    room(
      "Audit",
      [
        "Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Delta", "Store", "Transformer",
        "Editing", "Evaluation", "Workflows", "Pages",
      ]),
    .executableTarget(
      name: "emend",
      dependencies: [
        "Diagnostics", "Files", "Checkpoint", "Delta", "Store", "Transformer", "Editing",
        "Evaluation", "Workflows", "Audit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "emend-bench",
      dependencies: [
        "Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Delta", "Store", "Transformer",
        "Editing", "Evaluation", "Workflows", "Audit", "CZstd",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Files", "LinearAlgebra", "Checkpoint"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "StudySupport",
      dependencies: [
        "TestSupport", "Diagnostics", "LinearAlgebra", "Store", "Transformer", "Editing",
        "Workflows",
      ],
      path: "Tests/StudySupport", swiftSettings: settings),
    tests(of: "Store", ["Checkpoint", "Diagnostics", "Files", "StoreWriter"]),
    .executableTarget(
      name: "StoreWriter", dependencies: ["Store", "Checkpoint", "Diagnostics"],
      path: "Tests/StoreWriter", swiftSettings: settings),
    tests(of: "Pages"),
    tests(of: "Files", ["Diagnostics"]),
    tests(of: "LinearAlgebra", ["Diagnostics"]),
    tests(of: "Delta", ["Files", "LinearAlgebra", "Checkpoint"]),
    tests(of: "Checkpoint", ["Diagnostics", "Files"]),
    tests(of: "Transformer", ["Diagnostics", "LinearAlgebra", "Checkpoint"]),
    tests(of: "Editing", ["Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Transformer"]),
    tests(
      of: "Evaluation",
      [
        "Diagnostics", "Files", "LinearAlgebra", "Pages", "Checkpoint", "Transformer", "Editing",
      ]),
    tests(
      of: "Workflows",
      [
        "Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Delta", "Store", "Transformer",
        "Editing", "Evaluation", "StudySupport",
      ]),
    tests(
      of: "Audit",
      [
        "Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Delta", "Store", "Transformer",
        "Editing", "Workflows", "StudySupport",
      ]),
    .testTarget(
      name: "BenchTests",
      dependencies: [
        "emend-bench", "TestSupport", "Diagnostics", "Files", "LinearAlgebra", "Checkpoint",
        "Delta", "Transformer", "Editing", "Workflows",
      ],
      swiftSettings: settings),
    .target(name: "KernelVariants", dependencies: ["CKernels"], path: "Tests/KernelVariants"),
    .testTarget(
      name: "KernelTests",
      dependencies: ["CKernels", "KernelVariants", "Checkpoint", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TokenizerTests",
      dependencies: ["Transformer", "TestSupport", "Diagnostics", "Files", "Checkpoint"],
      swiftSettings: settings),
    .target(
      name: "FuzzTargets",
      dependencies: ["Checkpoint", "Delta", "Store", "Transformer", "Editing"],
      path: "Tests/FuzzTargets", swiftSettings: settings),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "StyleTests", swiftSettings: settings),
    .testTarget(
      name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "emend", "TestSupport", "Diagnostics", "Files", "LinearAlgebra", "Checkpoint", "Store",
        "Editing", "Workflows",
      ],
      swiftSettings: settings),
  ]
)

// Only for `make fuzz`: libFuzzer is linked in, and everything is instrumented. (gold fails on the result.)
if Context.environment["EMEND_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "emend-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz", exclude: ["Corpus"],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}
