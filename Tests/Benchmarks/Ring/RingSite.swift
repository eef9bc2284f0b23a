internal import CPlatform
internal import Foundation

/// An agent and its collector.
struct RingSite {
    private static let device = "build/footfall"
    private static let centre = "build/footfall-collector"
    private static let producer = ".build/release/ring-producer"
    private let folder: URL
    private let collector: Process
    private let agent: Process
    private var configuration: String { folder.appending(path: "footfall.conf").path }

    init(folder: String) throws {
        for path in [Self.device, Self.centre, Self.producer]
        where !FileManager.default.isExecutableFile(atPath: path) {
            throw BenchError("\(path) is not there")
        }
        self.folder = URL(filePath: folder)
        let port = try Self.freePort()
        collector = try Self.start(
            Self.centre,
            ["serve", "--listen", "127.0.0.1:\(port)", "--data", folder + "/data"])
        for name in ["state", "run"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true,
                attributes: [.posixPermissions: name == "state" ? 0o700 : 0o755])
        }
        try Self.write(
            String(repeating: "5a", count: 32) + "\n", to: folder + "/identity.key", mode: 0o600)
        try Self.write(
            """
            [agent]
            device = bench
            state_directory = \(folder)/state
            runtime_directory = \(folder)/run
            http_listen = 127.0.0.1:\(try Self.freePort())
            [collector]
            url = http://127.0.0.1:\(port)
            write_key = secret-1
            [identity]
            key_file = \(folder)/identity.key
            [store]
            quota = 512MB

            """, to: folder + "/footfall.conf", mode: 0o644)
        agent = try Self.start(Self.device, ["agent", "--config", folder + "/footfall.conf"])
        try wait(for: folder + "/run/ring.sock")
    }

    /// Ends both.
    func end() {
        for process in [agent, collector] {
            process.terminate()
            process.waitUntilExit()
        }
    }

    /// Has a producer hand over all its events, and returns once they are stored.
    func share(_ threads: Int, _ records: Int, _ fillBytes: Int, _ laneBytes: Int) throws {
        let producer = try Self.start(
            Self.producer,
            [
                folder.path + "/run/ring.sock", folder.path + "/ledger", "threads=\(threads)",
                "records=\(records)", "bytes=\(fillBytes)", "capacity=\(laneBytes)", "wait=1",
            ])
        producer.waitUntilExit()
        guard producer.terminationStatus == 0 else {
            throw BenchError("the producer ended with \(producer.terminationStatus)")
        }
    }

    /// Waits until the collector has everything.
    func flush() throws {
        let flush = try Self.start(
            Self.device, ["flush", "--wait", "300s", "--config", configuration])
        flush.waitUntilExit()
        guard flush.terminationStatus == 0 else {
            throw BenchError("flush ended with \(flush.terminationStatus)")
        }
    }

    /// The events that the agent has receipts for.
    func deliveredCount() throws -> Int {
        let pipe = Pipe()
        let status = try Self.start(
            Self.device, ["status", "--json", "--config", configuration], output: pipe)
        let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
        status.waitUntilExit()
        struct Report: Decodable { var counters: [String: Int] }
        return try JSONDecoder().decode(Report.self, from: said).counters["delivered"] ?? 0
    }

    /// The processors' time that the agent has had, in seconds.
    func agentSeconds() throws -> Double {
        let words = try Machine.words(of: "/proc/\(agent.processIdentifier)/stat")
        guard words.count > 14, let user = Double(words[13]), let kernel = Double(words[14]) else {
            throw BenchError("the agent is gone")
        }
        return (user + kernel) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func wait(for path: String) throws {
        for _ in 0..<2000 where !FileManager.default.fileExists(atPath: path) {
            guard agent.isRunning else { throw BenchError("the agent has ended") }
            usleep(5000)
        }
    }

    private static func start(
        _ path: String, _ arguments: [String], output: Pipe? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private static func write(_ text: String, to path: String, mode: Int) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        else { throw BenchError("\(path) cannot be written") }
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { (pointer) in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (generic) in
                unsafe bind(descriptor, generic, length) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw BenchError("no port is free") }
        return UInt16(bigEndian: address.sin_port)
    }
}
