// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A module of the engine.
///
/// Dependencies point down only: kernels, tensors, checkpoints, models, generation, command line.
/// CI builds with the explicit import check.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// A product that only the server needs.
func server(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: ["Server"]))
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["BitNetTestSupport"], exclude: exclude,
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "swift-bitnet",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .visionOS(.v2)],
    products: [
        .library(name: "BitNet", targets: ["BitNet"]),
        .executable(name: "bitnet", targets: ["BitNetCLI"]),
    ],
    traits: [
        .default(enabledTraits: ["Server"]),
        .trait(
            name: "Server",
            description: """
                The HTTP server and `bitnet serve`. On unless default traits are disabled, which \
                leaves swift-argument-parser as the only dependency.
                """),
        .trait(
            name: "MPI",
            description: """
                Training in many processes started by mpirun, on one machine or many. Needs Open MPI \
                or MPICH with its headers; the environment variable BITNET_MPI names it to \
                pkg-config (default: ompi-c).
                """),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.36.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CBitNetKernels"),
        .target(name: "CBitNetBundledModel", exclude: ["README.md", "kjv-tiny.gguf"]),
        .target(name: "CBitNetPage", exclude: ["web"]),
        module("BitNetTensors", ["CBitNetKernels", "CBitNetBundledModel"]),
        module("BitNetCheckpoints", ["BitNetTensors"]),
        module("BitNetTokenizers"),
        module("BitNetModels", ["BitNetTensors", "BitNetCheckpoints"]),
        module(
            "BitNetGeneration",
            ["BitNetTensors", "BitNetCheckpoints", "BitNetModels", "BitNetTokenizers"]),
        module("BitNetEvaluation", ["BitNetModels", "BitNetTensors"]),
        .systemLibrary(
            name: "CMPI", pkgConfig: Context.environment["BITNET_MPI"] ?? "ompi-c",
            providers: [
                .apt(["libopenmpi-dev", "openmpi-bin"]), .yum(["openmpi-devel"]),
                .brew(["open-mpi"]),
            ]),
        .target(
            name: "CBitNetMPI",
            dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
            cSettings: [.define("BITNET_MPI", .when(traits: ["MPI"]))]),
        module(
            "BitNetTraining",
            [
                "BitNetTensors", "BitNetCheckpoints", "BitNetModels", "BitNetTokenizers",
                .target(name: "CBitNetMPI", condition: .when(traits: ["MPI"])),
            ]),
        module(
            "BitNetServer",
            [
                "BitNetGeneration", "BitNetModels", "BitNetTokenizers",
                server("HTTPTypes", "swift-http-types"),
                .target(name: "CBitNetPage", condition: .when(traits: ["Server"])),
                server("Hummingbird", "hummingbird"), server("HummingbirdTLS", "hummingbird"),
                server("Logging", "swift-log"), server("NIOCore", "swift-nio"),
                server("NIOHTTP1", "swift-nio"),
                server("NIOHTTPTypes", "swift-nio-extras"),
                server("NIOHTTPTypesHTTP1", "swift-nio-extras"), server("NIOSSL", "swift-nio-ssl"),
                server("ServiceLifecycle", "swift-service-lifecycle"),
            ]),
        .target(
            name: "BitNet",
            dependencies: [
                "BitNetTensors", "BitNetCheckpoints", "BitNetTokenizers", "BitNetModels",
                "BitNetGeneration", "BitNetEvaluation", "BitNetTraining",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "BitNetCLI",
            dependencies: [
                "BitNet", "BitNetTensors", "BitNetCheckpoints", "BitNetTokenizers", "BitNetModels",
                "BitNetGeneration", "BitNetEvaluation", "BitNetTraining",
                .target(name: "BitNetServer", condition: .when(traits: ["Server"])),
                server("Logging", "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        .target(
            name: "BitNetTestSupport", path: "Tests/BitNetTestSupport",
            swiftSettings: swiftSettings),
        tests("BitNetTensorsTests", ["BitNetTensors", "CBitNetKernels"]),
        tests("BitNetCheckpointsTests", ["BitNetCheckpoints", "BitNetTensors"]),
        tests("BitNetTokenizersTests", ["BitNetTokenizers"]),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        tests(
            "BitNetModelsTests",
            ["BitNetModels", "BitNetCheckpoints", "BitNetTensors", "CAllocationCounter"]),
        tests(
            "BitNetGenerationTests",
            [
                "BitNetGeneration", "BitNetModels", "BitNetTokenizers", "BitNetCheckpoints",
                "BitNetTensors",
            ]),
        tests("BitNetEvaluationTests", ["BitNetEvaluation", "BitNetModels", "BitNetTensors"]),
        tests(
            "BitNetTrainingTests",
            [
                "BitNetTraining", "BitNetGeneration", "BitNetModels", "BitNetTokenizers",
                "BitNetCheckpoints", "BitNetTensors",
            ]),
        tests(
            "BitNetServerTests",
            [
                "BitNetServer", "BitNetGeneration", "BitNetModels",
                server("HTTPTypes", "swift-http-types"), server("Logging", "swift-log"),
            ]),
        tests("BitNetCLITests", ["BitNetCLI"], exclude: ["Help"]),
    ]
)

// What Scripts/test-mpi.sh starts with mpirun.
if Context.environment["BITNET_MPI_CHECK"] != nil {
    package.targets.append(
        .executableTarget(
            name: "BitNetMPICheck", dependencies: ["BitNetTensors", "BitNetTraining"],
            path: "Tests/MPICheck", swiftSettings: swiftSettings))
}
