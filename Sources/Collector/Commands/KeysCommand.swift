internal import ArgumentParser
internal import Events
internal import Foundation
internal import Identity

/// `keys`: the key pairs that devices seal identities to.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and retire the keys that devices seal identities to.",
        discussion: """
            Devices are given the public half: [identity] collector_key. To change keys, make a \
            new one, give it to all devices, wait until the old one is no longer used, and retire \
            that. What was sealed to a retired key and not opened stays sealed for ever.
            """,
        subcommands: [New.self, List.self, Retire.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key pair.")

        @OptionGroup var data: DataOptions

        func run() throws {
            _ = umask(0o077)
            try Archive.makeFolder(data.data)
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            do throws(SealKeyFile.Refusal) {
                var file = try SealKeyFile(path: SealKeyFile.path(in: data.data))
                let key = try file.add(secret, at: Date())
                print("collector_key = \(key.text)")
            } catch {
                throw Stop(.configuration, error.explanation)
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the key pairs, and what was sealed to each.")

        @OptionGroup var data: DataOptions
        @Flag(name: .long, help: "As JSON.") var json = false

        func run() throws {
            let keys: [SealKeyLine]
            do throws(SealKeyFile.Refusal) {
                keys = try SealKeyFile(path: SealKeyFile.path(in: data.data)).entries
                    .map(SealKeyLine.init)
            } catch {
                throw Stop(.configuration, error.explanation)
            }
            let usage = try usage()
            if json {
                print(SealKeyLine.json(keys, usage))
            } else {
                print(SealKeyLine.text(keys, usage), terminator: "")
            }
        }

        /// Before the first `serve` there is no archive, and nothing was sealed to any key.
        private func usage() throws -> [UInt64: SealUsage] {
            do {
                return try Archive.openForReading(folder: data.data).sealUsage()
            } catch Archive.Failure.absent {
                return [:]
            }
        }
    }

    struct Retire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget the private half of a key pair.")

        @OptionGroup var data: DataOptions
        @Argument(help: "The key's name, as `keys list` shows it.") var name: String
        @Flag(name: .long, help: "Even if it is the only one.") var force = false

        func run() throws {
            _ = umask(0o077)
            guard let number = UInt64(name, radix: 16), name.utf8.count == 16 else {
                throw Stop(.usage, "\(name): not a key's name; allowed are 16 hexadecimal digits")
            }
            do throws(SealKeyFile.Refusal) {
                var file = try SealKeyFile(path: SealKeyFile.path(in: data.data))
                let isOnly = file.openers.count == 1 && file.openers[0].key.name == number
                guard force || !isOnly else {
                    throw SealKeyFile.Refusal(
                        explanation: "\(name): the only key; make a new one first, or add --force")
                }
                guard try file.retire(number, at: Date()) else {
                    throw SealKeyFile.Refusal(explanation: "\(name): no active key of this name")
                }
            } catch {
                throw Stop(.configuration, error.explanation)
            }
        }
    }
}

/// What `keys list` says of a key pair.
struct SealKeyLine {
    var name: UInt64
    var key: String
    var created: String
    var retired: String?

    init(_ entry: SealKeyFile.Entry) {
        switch entry {
        case .active(let created, let secret):
            let key = SealOpener(secret: secret)?.key
            self.init(name: key?.name ?? 0, key: key?.text ?? "", created: created)
        case .retired(let created, let retired, let key):
            self.init(name: key.name, key: key.text, created: created, retired: retired)
        }
    }

    private init(name: UInt64, key: String, created: String, retired: String? = nil) {
        self.name = name
        self.key = key
        self.created = created
        self.retired = retired
    }

    private var state: String { retired == nil ? "active" : "retired" }

    static func text(_ keys: [SealKeyLine], _ usage: [UInt64: SealUsage]) -> String {
        guard !keys.isEmpty else { return "no keys; make one with `keys new`\n" }
        return keys.map { key in
            let used = usage[key.name]
            let last = used.map { (used) -> Date in
                Date(timeIntervalSince1970: Double(used.latestMilliseconds) / 1000)
            }
            return """
                \(Hexadecimal.text(key.name, digitCount: 16))  \(key.state), since \(key.created)
                  \(key.key)
                  events \(used?.events ?? 0), unopened \(used?.unopened ?? 0), \
                last \(last?.formatted(.iso8601) ?? "never")

                """
        }.joined()
    }

    static func json(_ keys: [SealKeyLine], _ usage: [UInt64: SealUsage]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schema", "keys/1")
        writer.key("keys")
        writer.beginArray()
        for key in keys {
            let used = usage[key.name]
            writer.beginObject()
            writer.member("name", Hexadecimal.text(key.name, digitCount: 16))
            writer.member("state", key.state)
            writer.member("key", key.key)
            writer.member("created", key.created)
            writer.key("retired")
            if let retired = key.retired { writer.string(retired) } else { writer.null() }
            writer.member("events", used?.events ?? 0)
            writer.member("unopened", used?.unopened ?? 0)
            writer.key("latestMilliseconds")
            if let used { writer.number(used.latestMilliseconds) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
