internal import Foundation
internal import Platform
internal import Store

/// Measures, and judges nothing: it ends well whatever the figures are.
///
/// `bench [NAME] --directory FOLDER [--device loopN] [--events FILE] [--contenders FOLDER]
/// [--library FILE] [--json]`. NAME selects every part whose name begins with it.
/// `Tests/Benchmarks/run` prepares the folder.
@main
struct Bench {
    /// What can be measured, in order.
    static let parts: [(name: String, run: @Sendable (Bed, Output) throws -> Void)] = [
        ("store.writes", StoreWrites.run),
        ("store.day", StoreDay.run),
        ("store.growth", StoreGrowth.run),
        ("store.opening", StoreOpening.run),
        ("store.memory", StoreMemory.run),
        ("blocks.sizes", BlockSizes.run),
        ("blocks.speed", BlockSpeed.run),
        ("identity.guard", IdentityCosts.runGuard),
        ("identity.keys", IdentityCosts.runKeys),
        ("identity.seal", IdentityCosts.runSeal),
        ("ring.alone", RingCosts.runAlone),
        ("ring.together", RingCosts.runTogether),
        ("ring.stream", RingCosts.runStream),
        ("ring.paced", RingCosts.runPaced),
        ("ring.sent", RingSent.run),
        ("client.track", ClientTrack.run),
        ("client.builder", ClientBuilder.run),
        ("client.paced", ClientPaced.run),
    ]

    static func main() {
        do {
            let options = try Options(ThisProcess.arguments())
            ThisProcess.boundHeap()
            try CountingDisk.install()
            try run(options)
        } catch let error as BenchError {
            fail(error.text)
        } catch let error as StoreError {
            fail("\(error.operation): \(error.detail)")
        } catch {
            fail("\(error)")
        }
    }

    private static func run(_ options: Options) throws {
        let bed = try Bed(options)
        let load = try Machine.load().map { Decimal.text($0, digits: 2) }.joined(separator: " ")
        options.output.explain("machine  \(Machine.coreCount) cores, load \(load)")
        options.output.explain("events   \(bed.corpus.text)")
        options.output.explain("bytes    \(bed.meter.text)")
        options.output.explain("syncs    as SQLite asks its file system for them")
        options.output.begin()
        let cores = Double(Machine.coreCount)
        options.output.show(
            Figure(bench: "machine", name: "cores", value: cores, unit: "", digits: 0))
        try show("load-before", options.output)
        for part in parts where part.name.hasPrefix(options.name) {
            try part.run(bed, options.output)
        }
        try show("load-after", options.output)
    }

    private static func show(_ name: String, _ output: Output) throws {
        let load = try Machine.load().first ?? 0
        output.show(Figure(bench: "machine", name: name, value: load, unit: "running"))
    }

    private static func fail(_ text: String) -> Never {
        Terminal.complain("bench: " + text)
        ThisProcess.exit(1)
    }
}

/// What every bench finds prepared.
struct Bed {
    let corpus: Corpus
    let meter: Meter
    /// Libraries of other queues, where they were built.
    let contenders: String?
    /// The client library's file.
    let library: String?
    private let directory: String

    init(_ options: Options) throws {
        corpus = try Corpus(file: options.events)
        meter = Meter(directory: options.directory, device: options.device)
        contenders = options.contenders
        library = options.library
        directory = options.directory
    }

    /// Runs `body` with a directory for a store, which is removed afterwards with all in it.
    func withStore<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = directory + "/store"
        StateFiles.remove(path)
        defer { StateFiles.remove(path) }
        return try body(path)
    }

    /// Runs `body` with an empty folder, which is removed afterwards with all in it.
    func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = directory + "/folder"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(URL(filePath: folder).path)
    }
}

/// What was asked for.
struct Options {
    var name = ""
    var directory = ""
    var device: String?
    var events: String?
    var contenders: String?
    var library: String?
    var output = Output.table

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": output = .json
            case "--directory" where !rest.isEmpty: directory = rest.removeFirst()
            case "--device" where !rest.isEmpty: device = rest.removeFirst()
            case "--contenders" where !rest.isEmpty: contenders = rest.removeFirst()
            case "--library" where !rest.isEmpty: library = rest.removeFirst()
            case "--events" where !rest.isEmpty: events = rest.removeFirst()
            default:
                guard name.isEmpty, !word.isEmpty, !word.hasPrefix("-") else {
                    Self.refuse("\(word) is not understood")
                }
                name = word
            }
        }
        guard Bench.parts.contains(where: { $0.name.hasPrefix(name) }) else {
            Self.refuse("no bench is named \(name)")
        }
        guard !directory.isEmpty else { Self.refuse("--directory is missing") }
    }

    private static func refuse(_ text: String) -> Never {
        let names = Bench.parts.map { $0.name }.joined(separator: " ")
        Terminal.complain("bench: \(text); there are, by name or its beginning: \(names)")
        ThisProcess.exit(64)
    }
}
