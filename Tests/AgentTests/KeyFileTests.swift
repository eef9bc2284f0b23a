import Foundation
import Platform
import Testing

@testable import Agent

@Suite final class `A key file` {
    private let path = NSTemporaryDirectory() + "key-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func write(_ text: String, _ permissions: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes(
            [.posixPermissions: permissions], ofItemAtPath: path)
    }

    private func fault(_ read: (String) throws -> Void) -> ConfigurationError? {
        do {
            try read(path)
            return nil
        } catch {
            return error as? ConfigurationError
        }
    }

    private func identityFault() -> ConfigurationError? {
        fault { (path) in _ = try KeyFile.identityKey(path) }
    }

    private func certificateFault(_ other: String? = nil) -> ConfigurationError? {
        fault { (path) in
            try KeyFile.check(certificateKeyOf: Trust(keyFile: other ?? path))
        }
    }

    private let digits = String(repeating: "0aF9", count: 16)

    @Test func `of identity is 64 hexadecimal digits and a line feed`() throws {
        try write(digits + "\n")
        #expect(identityFault() == nil)
        for text in ["", "\n", digits, digits + "\n\n", digits + " \n", digits.dropLast() + "\n"] {
            try write(text)
            #expect(identityFault()?.line == 1, "\(text.debugDescription)")
        }
        try write(digits.dropLast() + "g\n")
        #expect(identityFault()?.allowed.contains("openssl rand -hex 32") == true)
    }

    @Test func `that is missing comes with the command that makes one`() {
        #expect(identityFault()?.line == 0)
        #expect(identityFault()?.allowed.contains("openssl rand -hex 32 > \(path)") == true)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o610, 0o601, 0o620])
    func `that others may touch is refused`(_ permissions: Int) throws {
        try write(digits + "\n", permissions)
        #expect(identityFault()?.allowed == "chmod 600 \(path)")
        #expect(
            fault { (path) in _ = try KeyFile.writeKey(path) }?.problem.contains("others") == true)
        #expect(certificateFault()?.allowed == "chmod 600 \(path)")
        try write(digits + "\n", 0o400)
        #expect(identityFault() == nil)
        #expect(certificateFault() == nil)
    }

    @Test func `of the certificate is what the connection says of it, unless it is open`() throws {
        #expect(certificateFault() == nil, "it may be there later")
        try write(String(repeating: "a line of a bundle\n", count: 10_000))
        #expect(certificateFault() == nil, "OpenSSL reads any length")
        let link = path + ".link"
        defer { try? FileManager.default.removeItem(atPath: link) }
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(certificateFault(link) == nil, "the mode of a link is nobody's")
        try write("", 0o604)
        #expect(certificateFault(link)?.allowed == "chmod 600 \(link)")
    }

    @Test func `of the collector is a line of printable ASCII`() throws {
        for (text, key) in [("abc\n", "abc"), ("a!~", "a!~")] {
            try write(text)
            #expect(try KeyFile.writeKey(path) == Array(key.utf8))
        }
        for text in ["", "\n", "a b\n", "a\nb\n", "a\n\n", "ä\n", "a\r\n"] {
            try write(text)
            let error = fault { (path) in _ = try KeyFile.writeKey(path) }
            #expect(error?.line == 1, "\(text.debugDescription)")
        }
    }
}
