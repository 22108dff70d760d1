// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TrainModel",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-bitnet", path: "../..")],
    targets: [
        .executableTarget(
            name: "TrainModel", dependencies: [.product(name: "BitNet", package: "swift-bitnet")])
    ]
)
