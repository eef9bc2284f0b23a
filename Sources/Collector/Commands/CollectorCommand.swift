public import ArgumentParser
internal import Foundation
internal import GRDB

/// `footfall-collector`: takes blocks from devices, reports on them, gives them out again.
public struct CollectorCommand: AsyncParsableCommand {
    /// The verbs.
    public static let configuration = CommandConfiguration(
        commandName: "footfall-collector",
        abstract: "Takes events from Footfall devices, and turns them into reports.",
        subcommands: [
            ServeCommand.self, ReportCommand.self, ExportCommand.self, KeysCommand.self,
            VersionCommand.self,
        ])

    /// Made by the parser.
    public init() {}

    /// Refuses to do nothing.
    public func run() throws { throw ValidationError("a verb is missing") }

    /// Runs the verb that the process's arguments name, and ends the process with its exit code.
    public static func runAndExit() async -> Never {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Foundation.exit(0)
        } catch let stop as Stop {
            StandardError.write("footfall-collector: \(stop.explanation)")
            Foundation.exit(stop.exit.rawValue)
        } catch let failure as Archive.Failure {
            let stop = Stop(failure)
            StandardError.write("footfall-collector: \(stop.explanation)")
            Foundation.exit(stop.exit.rawValue)
        } catch let error as DatabaseError {
            StandardError.write(
                "footfall-collector: the database fails: \(error.message ?? "no reason given") "
                    + "(SQLite \(error.extendedResultCode.rawValue))")
            Foundation.exit(Exit.inputOutput.rawValue)
        } catch {
            end(with: error)
        }
    }

    /// Help asked for is no error; everything else that the parser says is a wrong usage.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code.isSuccess {
            print(message)
            Foundation.exit(0)
        }
        StandardError.write(message)
        Foundation.exit(code == .validationFailure ? Exit.usage.rawValue : 1)
    }
}

extension Stop {
    init(_ failure: Archive.Failure) {
        switch failure {
        case .folder(let explanation): self.init(.cannotCreate, explanation)
        case .absent(let explanation): self.init(.inputOutput, explanation)
        case .foreign(let explanation): self.init(.configuration, explanation)
        }
    }
}

/// The folder that holds the archive.
struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The folder that holds the archive.")
    var data: String
}
