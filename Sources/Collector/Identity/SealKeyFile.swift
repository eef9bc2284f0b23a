internal import Events
internal import Foundation
internal import Identity

/// The file of key pairs beside the archive, its owner's alone.
///
/// A line for each, `active CREATED SECRET` or `retired CREATED RETIRED PUBLIC`: times in RFC 3339,
/// the secret as 64 hexadecimal digits, the public half as devices are given it. The secret of a
/// retired pair is gone.
struct SealKeyFile {
    /// One line.
    enum Entry: Equatable {
        case active(created: String, secret: [UInt8])
        case retired(created: String, retired: String, key: CollectorKey)
    }

    /// Why the file is of no use: `FILE[:LINE]: what, what to do`.
    struct Refusal: Error, Equatable {
        var explanation: String
    }

    private let path: String
    private(set) var entries: [Entry] = []

    static func path(in folder: String) -> String { folder + "/seal.keys" }

    /// Reads a file; none is one without keys.
    init(path: String) throws(Refusal) {
        self.path = path
        try read()
    }

    private mutating func read() throws(Refusal) {
        entries = []
        guard FileManager.default.fileExists(atPath: path) else { return }
        let text: String
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            guard mode & 0o077 == 0 else {
                throw Refusal(explanation: "\(path): others may read it; run: chmod 600 \(path)")
            }
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(explanation: "\(path): cannot be read: \(error.localizedDescription)")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let entry = Self.entry(line) else {
                throw Refusal(
                    explanation: "\(path):\(index + 1): no key pair; put it right from a backup: "
                        + "what devices sealed to a lost key stays sealed")
            }
            entries.append(entry)
        }
    }

    /// The pairs that open something.
    var openers: [SealOpener] {
        entries.compactMap { entry in
            guard case .active(_, let secret) = entry else { return nil }
            return SealOpener(secret: secret)
        }
    }

    /// Makes a pair, and writes the file.
    mutating func add(_ secret: [UInt8], at time: Date) throws(Refusal) -> CollectorKey {
        guard let opener = SealOpener(secret: secret) else {
            throw Refusal(explanation: "no key pair can be made of these bytes")
        }
        try change { entries in
            entries.append(.active(created: time.formatted(.iso8601), secret: secret))
            return true
        }
        return opener.key
    }

    /// Forgets the secret of a pair, and writes the file; false where it holds none of that name.
    mutating func retire(_ name: UInt64, at time: Date) throws(Refusal) -> Bool {
        try change { entries in
            for (index, entry) in entries.enumerated() {
                guard case .active(let created, let secret) = entry,
                    let opener = SealOpener(secret: secret), opener.key.name == name
                else { continue }
                entries[index] = .retired(
                    created: created, retired: time.formatted(.iso8601), key: opener.key)
                return true
            }
            return false
        }
    }

    /// Changes what the file holds by now, and writes it if told so: of two who change it at once,
    /// the second waits, so that neither's pair is lost.
    @discardableResult
    private mutating func change(_ entries: (inout [Entry]) -> Bool) throws(Refusal) -> Bool {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw Refusal(explanation: "\(folder): cannot be locked")
        }
        // Closing it is what unlocks it.
        defer { _ = close(descriptor) }
        try read()
        guard entries(&self.entries) else { return false }
        try write()
        return true
    }

    private static func entry(_ line: Substring) -> Entry? {
        let words = line.split(separator: " ")
        switch words.first {
        case "active":
            guard words.count == 3, let secret = Hexadecimal.bytes(Array(words[2].utf8)[...]),
                SealOpener(secret: secret) != nil
            else { return nil }
            return .active(created: String(words[1]), secret: secret)
        case "retired":
            guard words.count == 4, let key = CollectorKey(text: String(words[3])) else {
                return nil
            }
            return .retired(created: String(words[1]), retired: String(words[2]), key: key)
        default: return nil
        }
    }

    /// Replaces the file as a whole: whoever reads it meets the old one or the new one.
    private func write() throws(Refusal) {
        var text = ""
        for entry in entries {
            switch entry {
            case .active(let created, let secret):
                text += "active \(created) \(Hexadecimal.text(secret))\n"
            case .retired(let created, let retired, let key):
                text += "retired \(created) \(retired) \(key.text)\n"
            }
        }
        do {
            let other = path + ".new"
            if FileManager.default.fileExists(atPath: other) {
                try FileManager.default.removeItem(atPath: other)
            }
            guard
                FileManager.default.createFile(
                    atPath: other, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw Refusal(explanation: "\(other): cannot be created") }
            let handle = try FileHandle(forWritingTo: URL(filePath: other))
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
            guard unsafe rename(other, path) == 0 else {
                throw Refusal(explanation: "\(path): cannot be replaced")
            }
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(explanation: "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
