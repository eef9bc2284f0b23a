internal import ArgumentParser

/// The product's version, in step with CHANGELOG.
let productVersion = "0.1.0"

/// `version`: which program this is.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.")

    func run() { print("footfall-collector \(productVersion)") }
}
