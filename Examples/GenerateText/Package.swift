// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "GenerateText",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-bitnet", path: "../..")],
    targets: [
        .executableTarget(
            name: "GenerateText", dependencies: [.product(name: "BitNet", package: "swift-bitnet")])
    ]
)
