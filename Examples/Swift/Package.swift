// swift-tools-version: 6.1
import PackageDescription

// In an app of your own, by its address:
//     .package(url: "https://footfall.example/footfall.git", from: "0.1.0", traits: [])
// Without traits, for the client needs nothing of what the collector is made of.
let package = Package(
    name: "kiosk",
    dependencies: [.package(name: "footfall", path: "../..", traits: [])],
    targets: [
        .executableTarget(
            name: "kiosk",
            dependencies: [.product(name: "FootfallClient", package: "footfall")])
    ]
)
