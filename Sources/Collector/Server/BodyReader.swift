internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// Reads request bodies within bounds of size and time, whatever the client does.
struct BodyReader {
    /// More than the largest body that is taken, so that one beyond it is refused properly.
    static let bytesMax = 16 << 20
    /// A wanted body must come at this rate, after a start of `grace`.
    static let bytesPerSecondMin: Int64 = 1024

    /// The connection was closed, for the body was beyond all bounds.
    struct Closed: Error {}

    /// The body was too slow: nothing more is read, and the connection closes after the answer.
    struct Late: Error {}

    /// How long the answer to a late body may take to leave.
    private static let farewell = TimeAmount.seconds(5)

    let channel: any Channel
    let grace: TimeAmount

    /// Reads a whole body.
    ///
    /// - Throws: `Late`, `Closed`, or what the connection met with.
    func read(_ body: RequestBody, expected: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(max(expected, 0), Self.bytesMax))
        let start = NIODeadline.now()
        let patience = Patience(channel: channel)
        var deadline = patience.end(at: start + grace)
        defer { deadline.cancel() }
        do {
            for try await buffer in body {
                deadline.cancel()
                try check(bytes.count + buffer.readableBytes)
                bytes.append(contentsOf: buffer.readableBytesView)
                let earned = TimeAmount.seconds(Int64(bytes.count) / Self.bytesPerSecondMin)
                deadline = patience.end(at: start + grace + earned)
            }
        } catch  where patience.isOver {
            throw Late()
        }
        guard !patience.isOver else { throw Late() }
        return bytes
    }

    /// Reads a body that nobody wants, for as long as `grace`, so that the answer finds its way.
    ///
    /// - Returns: whether it came to its end; else the connection closes after the answer.
    /// - Throws: `Closed`, or what the connection met with.
    func discard(_ body: RequestBody) async throws -> Bool {
        let patience = Patience(channel: channel)
        let deadline = patience.end(at: .now() + grace)
        defer { deadline.cancel() }
        var received = 0
        do {
            for try await buffer in body {
                received += buffer.readableBytes
                try check(received)
            }
        } catch  where patience.isOver {
            // The answer says more than an end of the connection.
        }
        return !patience.isOver
    }

    private func check(_ received: Int) throws {
        guard received > Self.bytesMax else { return }
        channel.close(promise: nil)
        throw Closed()
    }

    /// Ends the reading of a body, and leaves the connection a little longer to the answer.
    private final class Patience: Sendable {
        private let channel: any Channel
        private let over = Atomic(false)

        init(channel: any Channel) { self.channel = channel }

        var isOver: Bool { over.load(ordering: .relaxed) }

        func end(at deadline: NIODeadline) -> Scheduled<Void> {
            channel.eventLoop.scheduleTask(deadline: deadline) { [self] in
                over.store(true, ordering: .relaxed)
                // By TLS the half of a connection cannot be closed.
                channel.close(mode: .input).whenFailure { [channel] _ in
                    channel.close(promise: nil)
                }
                channel.eventLoop.scheduleTask(in: farewell) { [channel] in
                    channel.close(promise: nil)
                }
            }
        }
    }
}
