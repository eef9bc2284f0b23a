internal import Events
internal import Identity
internal import Platform

/// Secrets that stand in files of their own, readable by their owner alone.
enum KeyFile {
    // An RSA key of 16,384 bits in PEM has 13 kB.
    private static let bytesMost = 16_384
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

    /// Sees that the key of the device's certificate is its owner's alone; OpenSSL reads it.
    static func check(certificateKey path: String) throws(ConfigurationError) {
        _ = try read(path, hint: "put the key of certificate_file in it")
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
            throw ConfigurationError(
                file: path, line: 0, problem: "others may read this key",
                allowed: "chmod 600 \(path)")
        }
        return contents.bytes
    }
}
