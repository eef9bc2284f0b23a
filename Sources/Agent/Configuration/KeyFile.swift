internal import Events
internal import Identity
internal import Platform

/// Secrets that stand in files of their own, readable by their owner alone.
enum KeyFile {
    private static let bytesMost = 4096
    private static let privateBits: UInt32 = 0o077

    /// The tenant's identity key: 64 hexadecimal digits and a line feed.
    static func identityKey(_ path: String) throws(ConfigurationError) -> IdentityKey {
        let make = "make one with: (umask 077; openssl rand -hex 32 > \(path))"
        let bytes = try read(path, hint: make)
        let digits = bytes.dropLast()
        guard bytes.count == 65, bytes.last == UInt8(ascii: "\n"),
            let secret = Hexadecimal.bytes(digits), let key = IdentityKey(secret)
        else {
            throw ConfigurationError(
                file: path, line: 1, problem: "not an identity key",
                allowed: "64 hexadecimal digits and a line feed; " + make)
        }
        return key
    }

    /// The key that the collector knows this device by: one line of printable ASCII.
    static func writeKey(_ path: String) throws(ConfigurationError) -> [UInt8] {
        var bytes = try read(path, hint: "put the key that the collector gave this device in it")
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw ConfigurationError(
                file: path, line: 1, problem: "not a write key",
                allowed: "one line of printable ASCII without spaces")
        }
        return bytes
    }

    /// Sees that the key of the device's certificate, if it has one, is its owner's alone.
    ///
    /// One that is missing or cannot be read holds up no events: the connections that need it fail
    /// until it is there, and say so.
    static func check(certificateKeyOf trust: Trust) throws(ConfigurationError) {
        if let path = trust.keyFile, !trust.isKeyPrivate { throw open(path) }
    }

    private static func read(_ path: String, hint: String) throws(ConfigurationError) -> [UInt8] {
        let contents: FileContents
        do throws(PlatformError) {
            contents = try FileContents(readingAt: path, limitInBytes: bytesMost)
        } catch {
            throw ConfigurationError(
                file: path, line: 0, problem: "the key cannot be read: \(error.text)",
                allowed: hint)
        }
        guard contents.status.permissions & privateBits == 0 else {
            throw open(path)
        }
        return contents.bytes
    }

    private static func open(_ path: String) -> ConfigurationError {
        ConfigurationError(
            file: path, line: 0, problem: "others may read this key",
            allowed: "chmod 600 \(path)")
    }
}
