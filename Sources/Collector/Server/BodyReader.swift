internal import Hummingbird
internal import NIOCore

/// Reads request bodies within bounds of size and time, whatever the client does.
struct BodyReader {
    /// More than the largest body that is taken, so that one beyond it is refused properly.
    static let bytesMax = 16 << 20
    /// A wanted body must come at this rate, after a start of `grace`.
    static let bytesPerSecondMin: Int64 = 1024

    /// The connection was closed, for the body was too slow or beyond all bounds.
    struct Closed: Error {}

    let channel: any Channel
    let grace: TimeAmount

    /// Reads a whole body.
    ///
    /// - Throws: `Closed`, or what the connection met with.
    func read(_ body: RequestBody, expected: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(max(expected, 0), Self.bytesMax))
        let start = NIODeadline.now()
        var deadline = close(at: start + grace)
        defer { deadline.cancel() }
        for try await buffer in body {
            deadline.cancel()
            try check(bytes.count + buffer.readableBytes)
            bytes.append(contentsOf: buffer.readableBytesView)
            let earned = TimeAmount.seconds(Int64(bytes.count) / Self.bytesPerSecondMin)
            deadline = close(at: start + grace + earned)
        }
        return bytes
    }

    /// Reads a body that nobody wants, for as long as `grace`, so that the answer finds its way.
    ///
    /// - Throws: `Closed`, or what the connection met with.
    func discard(_ body: RequestBody) async throws {
        let deadline = close(at: .now() + grace)
        defer { deadline.cancel() }
        var received = 0
        for try await buffer in body {
            received += buffer.readableBytes
            try check(received)
        }
    }

    private func check(_ received: Int) throws {
        guard received > Self.bytesMax else { return }
        channel.close(promise: nil)
        throw Closed()
    }

    private func close(at deadline: NIODeadline) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(deadline: deadline) { [channel] in
            channel.close(promise: nil)
        }
    }
}
