import Foundation
import Logging
import NIOCore
import Testing

@testable import Collector

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server on a free port of its own; it lives as long as the test process.
final class RunningServer: Sendable {
    let temporary: TemporaryArchive
    let port: Int
    init(keys: KeyRing = .open, bodyGrace: TimeAmount = .seconds(10)) async throws {
        let temporary = try TemporaryArchive()
        let server = CollectorServer(
            address: try #require(ListenAddress("127.0.0.1:0")), desk: temporary.desk(keys: keys),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, bodyGrace: bodyGrace)
        let (ports, given) = AsyncStream.makeStream(of: Int.self)
        Task { try await server.run { _, address in given.yield(address.port) } }
        var iterator = ports.makeAsyncIterator()
        port = try #require(await iterator.next())
        self.temporary = temporary
    }

    /// Connects, writes all of `bytes`, and reads until the server closes or says nothing for a
    /// time.
    ///
    /// On a thread of its own: blocking one of the few that the server runs on would stop it.
    ///
    /// - Parameter drips: whether a byte more is sent again and again meanwhile.
    func exchange(
        _ bytes: [UInt8], silenceSeconds: Int = 20, drips: Bool = false
    ) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                continuation.resume(
                    returning: exchangeBlocking(bytes, silenceSeconds, drips: drips))
            }
        }
    }

    private func exchangeBlocking(
        _ bytes: [UInt8], _ silenceSeconds: Int, drips: Bool
    ) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { _ = close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return "not connected" }
        var patience =
            drips
            ? timeval(tv_sec: 0, tv_usec: 20_000) : timeval(tv_sec: silenceSeconds, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(
                    descriptor, $0.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if drips, count < 0, errno == EAGAIN {
                var byte: UInt8 = 65
                guard unsafe send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
                continue
            }
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    func request(
        _ line: String, _ fields: [String] = [], body: [UInt8] = [], length: Bool = true,
        closes: Bool = true
    ) -> [UInt8] {
        var head = ["\(line) HTTP/1.1", "Host: x"] + fields
        if closes { head.append("Connection: close") }
        if length { head.append("Content-Length: \(body.count)") }
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    static let fields = [
        "Authorization: Bearer secret", "Footfall-Device: kiosk-1",
        "Footfall-Nonce: \(Fixture.nonce)", "Content-Type: application/vnd.footfall.block",
    ]
}

/// What a server said, in its parts.
struct Answer {
    var status: Int
    var fields: [String: String] = [:]
    var body: [UInt8]

    init?(_ text: String) {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let status = Int(lines[0].split(separator: " ")[1]) else { return nil }
        self.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        body = Array(text[end.upperBound...].utf8)
    }

    var block: BlockAnswer {
        BlockAnswer(status: status, body: body, signature: fields["footfall-signature"])
    }
}
