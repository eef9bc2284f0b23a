internal import Foundation
internal import Identity

/// Which key speaks for which device.
///
/// Holds SHA-256 of keys, never a key.
struct KeyRing: Sendable {
    enum Answer: Equatable {
        case welcome
        /// The key is nobody's.
        case unknown
        /// The key is another device's.
        case foreign
    }

    private enum Holders {
        case anyone
        case devices([[UInt8]: String])
    }

    /// What is wrong with a key file: `FILE:LINE: what, what is allowed`.
    struct Refusal: Error, Equatable {
        var explanation: String
    }

    private let holders: Holders

    /// Takes any key for any device.
    static let open = KeyRing(holders: .anyone)

    private init(holders: Holders) { self.holders = holders }

    /// Reads lines of `device key`; blank lines and lines that begin with `#` say nothing.
    ///
    /// A device may have several keys, so that one can be replaced without a gap; a key speaks for
    /// one device.
    init(text: String, file: String) throws(Refusal) {
        var devices: [[UInt8]: String] = [:]
        // To Swift "\r\n" is one character.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            func refusal(_ what: String) -> Refusal {
                Refusal(explanation: "\(file):\(index + 1): \(what)")
            }
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2 else {
                throw refusal("\(words.count) words; a line is `device key`")
            }
            guard Self.isDevice(first) else {
                throw refusal("not a device name; allowed are 1 to 64 of A-Z a-z 0-9 . _ -")
            }
            guard Self.isKey(words[1]) else {
                throw refusal("not a key; allowed are 1 to 512 visible ASCII characters")
            }
            let digest = Self.digest(words[1])
            if let holder = devices[digest], holder != first {
                throw refusal("this key is \(holder)'s already; each device has its own")
            }
            devices[digest] = String(first)
        }
        holders = .devices(devices)
    }

    /// Reads a file that nobody but its owner may read or write.
    init(file: String) throws(Refusal) {
        let text: String
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            guard mode & 0o077 == 0 else {
                throw Refusal(
                    explanation: "\(file): mode is 0\(String(mode, radix: 8)), wider than 0600; "
                        + "run: chmod 600 \(file)")
            }
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(explanation: "\(file): cannot be read: \(error.localizedDescription)")
        }
        try self.init(text: text, file: file)
    }

    /// Whether a key may speak for a device.
    func answer(key: String, device: String) -> Answer {
        switch holders {
        case .anyone: .welcome
        case .devices(let devices):
            switch devices[Self.digest(key)] {
            case nil: .unknown
            case device: .welcome
            default: .foreign
            }
        }
    }

    /// Whether a text can be a device's name.
    static func isDevice(_ text: some StringProtocol) -> Bool {
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy {
                switch $0 {
                case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether a text can be a key.
    static func isKey(_ text: some StringProtocol) -> Bool {
        1...512 ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func digest(_ key: some StringProtocol) -> [UInt8] {
        Digest.sha256(Array(key.utf8))
    }
}
