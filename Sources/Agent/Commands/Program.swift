internal import Platform

/// The program `footfall`: one executable, one verb a run.
public enum Program {
    /// The product's version.
    public static let version = "0.1.0"

    static let defaultConfigurationFile = "/etc/footfall/footfall.conf"

    /// Does what the process was started for, and ends it.
    public static func main() -> Never {
        do throws(PlatformError) {
            ThisProcess.exit(run(try ThisProcess.arguments()))
        } catch {
            complain(error.text)
            ThisProcess.exit(ExitCode.failure)
        }
    }

    /// Does what the words of the command line ask.
    ///
    /// - Returns: what the process ends with (`ExitCode`).
    static func run(_ arguments: [String]) -> Int32 {
        let line: CommandLine
        do throws(CommandLine.UsageError) {
            line = try CommandLine(arguments)
        } catch {
            complain(error.text + "\n\n" + CommandLine.usage)
            return ExitCode.usage
        }
        switch line.verb {
        case .help:
            say(CommandLine.usage)
            return ExitCode.success
        case .version: return VersionCommand.run(line)
        case .identityTest(let question): return IdentityCommand.run(question, line.isJSON)
        case .agent, .status, .send, .flush, .queueAudit, .visit:
            return run(line, with: configurationFile(line))
        }
    }

    private static func run(_ line: CommandLine, with file: String) -> Int32 {
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try Configuration(file: file)
        } catch {
            complain(error.text)
            return ExitCode.configuration
        }
        switch line.verb {
        case .agent: return AgentCommand.run(configuration, file: file)
        case .status: return ask(ControlRequest(verb: .status, isJSON: line.isJSON), configuration)
        case .queueAudit:
            return ask(ControlRequest(verb: .queueAudit, isJSON: line.isJSON), configuration)
        case .flush(let wait):
            return ask(
                ControlRequest(verb: .flush, isJSON: line.isJSON, waitMilliseconds: wait),
                configuration)
        case .visit(let verb, let actor):
            return ask(
                ControlRequest(verb: verb, isJSON: line.isJSON, payload: Array(actor.utf8)),
                configuration)
        case .send(let event, _):
            if let event { return SendCommand.run(event, line.isJSON, configuration) }
            return SendCommand.runFromStandardInput(line.isJSON, configuration)
        case .version, .help, .identityTest: return ExitCode.success
        }
    }

    @inline(never)
    private static func ask(_ request: ControlRequest, _ configuration: Configuration) -> Int32 {
        let response = ControlClient.ask(request, configuration)
        response.print()
        return response.exitCode
    }

    private static func configurationFile(_ line: CommandLine) -> String {
        line.configurationFile ?? ThisProcess.environment("FOOTFALL_CONFIG")
            ?? defaultConfigurationFile
    }

    /// Writes words to standard output.
    static func say(_ text: String) { write(Array(text.utf8), to: .output) }

    /// Writes words to standard error.
    static func complain(_ text: String) { write(Array((text + "\n").utf8), to: .error) }

    /// Whoever stopped reading does not want to be told.
    static func write(_ bytes: [UInt8], to stream: StandardStream) {
        do throws(PlatformError) { try stream.write(bytes) } catch { return }
    }
}

extension ControlResponse {
    /// Puts data on standard output and words on standard error.
    func print() {
        if !output.isEmpty { Program.write(output, to: .output) }
        if !complaint.isEmpty { Program.write(complaint, to: .error) }
    }
}
