internal import Events
internal import Identity
internal import Intake
internal import Platform
internal import Store
internal import Sync

/// `footfall agent`: runs until SIGTERM or SIGINT.
enum AgentCommand {
    static func run(_ configuration: Configuration, file: String) -> Int32 {
        ThisProcess.boundHeap()
        do throws(PlatformError) {
            try ThisProcess.forbidCoreDumps()
        } catch {
            Program.complain(error.text)
            return ExitCode.forbidden
        }
        let secrets: Secrets
        do throws(ConfigurationError) {
            secrets = try Secrets(configuration)
        } catch {
            Program.complain(error.text)
            return ExitCode.configuration
        }
        do throws(StartFailure) {
            return try run(configuration, secrets)
        } catch {
            Program.complain(error.text)
            return error.exitCode
        }
    }

    /// Why the agent did not start.
    private struct StartFailure: Error {
        var exitCode: Int32
        var text: String

        init(_ exitCode: Int32, _ text: String) {
            self.exitCode = exitCode
            self.text = text
        }

        init(_ error: StoreError, _ directory: String) {
            switch error.code {
            case .busy:
                self.init(
                    ExitCode.failure,
                    "another agent has \(directory): \(error.detail); stop it first")
            case .newer:
                self.init(
                    ExitCode.damaged,
                    "\(directory) was written by a newer footfall: \(error.detail); "
                        + "upgrade this one"
                )
            case .full:
                self.init(ExitCode.cannotCreate, "\(directory): no room: \(error.detail)")
            case .corrupt, .unavailable, .stale:
                self.init(
                    ExitCode.damaged, "\(directory): \(error.operation): \(error.detail)")
            }
        }
    }

    private struct Secrets {
        var identityKey: IdentityKey
        var writeKey: [UInt8]
        var badges = Badges()

        init(_ configuration: Configuration) throws(ConfigurationError) {
            identityKey = try KeyFile.identityKey(configuration.identityKeyFile)
            try KeyFile.check(certificateKeyOf: configuration.trust)
            if let key = configuration.writeKey {
                writeKey = Array(key.utf8)
            } else {
                writeKey = try KeyFile.writeKey(configuration.writeKeyFile ?? "")
            }
            if let file = configuration.staffBadgesFile { badges = try Badges(file: file) }
        }
    }

    private static func run(
        _ configuration: Configuration, _ secrets: Secrets
    ) throws(StartFailure) -> Int32 {
        let store = try openStore(configuration)
        var world = try openWorld(configuration)
        let loop: AgentLoop
        do throws(StoreError) {
            loop = try AgentLoop(
                configuration, store: store, identityKey: secrets.identityKey,
                writeKey: secrets.writeKey, badges: secrets.badges, world: &world)
        } catch {
            throw StartFailure(error, configuration.stateDirectory)
        }
        Log.line(
            "\(configuration.device) listens on \(configuration.httpListen), "
                + "delivers to \(configuration.collectorURL)")
        while true {
            let deadline = loop.step(&world)
            if loop.isFinished { break }
            world.wait(until: deadline)
        }
        loop.finish(&world)
        Log.line("stopped; what is stored stays")
        return ExitCode.success
    }

    private static func openStore(
        _ configuration: Configuration
    ) throws(StartFailure) -> EventStore {
        let boot: StreamID
        do throws(PlatformError) {
            boot = try SystemClock.bootID()
            try Directory.create(at: configuration.stateDirectory, permissions: 0o700)
        } catch {
            throw StartFailure(ExitCode.cannotCreate, error.text)
        }
        do throws(StoreError) {
            return try EventStore(
                directory: configuration.stateDirectory, quotaBytes: configuration.quotaBytes,
                boot: boot,
                freshStream: StreamID(
                    high: SystemRandomness.next(), low: SystemRandomness.next()),
                wallMilliseconds: SystemClock.wallNow().milliseconds)
        } catch {
            throw StartFailure(error, configuration.stateDirectory)
        }
    }

    private static func openWorld(
        _ configuration: Configuration
    ) throws(StartFailure) -> LinuxWorld {
        do throws(PlatformError) {
            var groupID: UInt32?
            if let name = configuration.socketGroup { groupID = try Accounts.groupID(named: name) }
            try Directory.create(at: configuration.runtimeDirectory, permissions: 0o755)
            return try LinuxWorld(
                Doors(
                    http: ListenAddress(configuration.httpListen),
                    ingestPath: configuration.runtimeDirectory + "/ingest.sock",
                    controlPath: configuration.runtimeDirectory + "/control.sock",
                    ringPath: configuration.runtimeDirectory + "/ring.sock",
                    groupID: groupID),
                trust: configuration.trust, proxy: configuration.proxy)
        } catch {
            throw StartFailure(ExitCode.cannotCreate, error.text)
        }
    }
}
