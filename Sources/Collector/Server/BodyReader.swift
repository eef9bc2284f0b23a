internal import Crypto
internal import Hummingbird
internal import NIOCore

/// Reads request bodies within bounds of size and time, whatever the client does.
struct BodyReader {
    /// A body beyond the bound is read on so far, to answer its sender properly.
    static let discardedBytesMax = 16 << 20
    /// A body must come at this rate, after a start of `grace`.
    static let bytesPerSecondMin: Int64 = 1024

    enum Body {
        case whole([UInt8])
        /// Over the bound, and its digest.
        case tooLarge(digest: [UInt8])
    }

    /// The connection was closed, for the body was too slow or beyond all bounds.
    struct Closed: Error {}

    let channel: any Channel
    let grace: TimeAmount

    /// Reads a body of at most `byteCount`; of a larger one only its digest is kept.
    ///
    /// - Throws: `Closed`, or what the connection met with.
    func read(_ body: RequestBody, upTo byteCount: Int, expected: Int) async throws -> Body {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(expected, byteCount))
        var hash = SHA256()
        var received = 0
        let start = NIODeadline.now()
        var deadline = closing(at: start, received)
        defer { deadline.cancel() }
        for try await buffer in body {
            deadline.cancel()
            received += buffer.readableBytes
            guard received <= Self.discardedBytesMax else {
                channel.close(promise: nil)
                throw Closed()
            }
            hash.update(data: Array(buffer.readableBytesView))
            if received <= byteCount {
                bytes.append(contentsOf: buffer.readableBytesView)
            } else {
                bytes = []
            }
            deadline = closing(at: start, received)
        }
        return received <= byteCount ? .whole(bytes) : .tooLarge(digest: Array(hash.finalize()))
    }

    /// Reads a body that nobody wants, so that the answer finds its way.
    func discard(_ body: RequestBody) async throws {
        _ = try await read(body, upTo: 0, expected: 0)
    }

    private func closing(at start: NIODeadline, _ received: Int) -> Scheduled<Void> {
        let earned = TimeAmount.seconds(Int64(received) / Self.bytesPerSecondMin)
        return channel.eventLoop.scheduleTask(deadline: start + grace + earned) { [channel] in
            channel.close(promise: nil)
        }
    }
}
