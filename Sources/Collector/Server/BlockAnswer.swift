internal import Blocks
internal import Events
internal import Identity

/// What a device is told of a block, and the signature that lets it believe so.
struct BlockAnswer: Equatable, Sendable {
    /// The HTTP status.
    var status: Int
    /// The body, exactly as it is sent and signed.
    var body: [UInt8]
    /// HMAC-SHA-256 of the body under the presented key, hexadecimal; nil for an answer that must
    /// not move the device to drop anything.
    var signature: String?
    /// The one word for why this is no receipt.
    var reason: String?
    /// When to come again, for `Retry-After`.
    var retryAfterSeconds: Int64?
    /// Whether the connection closes after it, for the request was not read to its end.
    var isLast = false

    /// What an answer is bound to, so that it fits one request alone.
    struct Request: Sendable {
        var key: String
        var device: String
        /// 32 hexadecimal digits, as sent.
        var nonce: String
        /// SHA-256 of the request's body, hexadecimal.
        var digest: String
        /// When it was read, in Unix milliseconds, to tell the device the time; nil tells it none.
        var timeMilliseconds: Int64?
    }

    /// The receipt for a block.
    static func receipt(
        _ outcome: BlockOutcome, _ header: BlockHeader, for request: Request
    ) -> BlockAnswer {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("status", 200)
        writer.member("device", header.device)
        writer.member("stream", header.stream.hexadecimal)
        writer.member("epoch", Int64(header.epoch))
        writer.member("nonce", request.nonce)
        writer.member("sha256", request.digest)
        writer.key("ids")
        writer.ranges(outcome.held)
        writer.member("count", outcome.held.reduce(0) { $0 + $1.count })
        writer.member("new", outcome.newCount)
        writer.member("known", outcome.knownCount)
        writer.key("conflict")
        writer.ranges(outcome.conflicting)
        writer.key("refused")
        writer.beginArray()
        for refusal in outcome.refused {
            writer.beginObject()
            writer.member("id", Int64(refusal.sequence))
            writer.member("reason", refusal.reason)
            writer.endObject()
        }
        writer.endArray()
        writer.member("tombstones", outcome.tombstoneCount)
        if let time = request.timeMilliseconds { writer.member("time", time) }
        if let name = outcome.dictionary {
            writer.member("dictionary", Hexadecimal.text(name, digitCount: 16))
        }
        writer.endObject()
        return signed(200, writer.bytes, key: request.key)
    }

    /// A refusal of the whole block, which the device may act upon.
    static func refusal(_ status: Int, _ reason: String, for request: Request) -> BlockAnswer {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("status", Int64(status))
        writer.member("device", request.device)
        writer.member("nonce", request.nonce)
        writer.member("sha256", request.digest)
        writer.member("reason", reason)
        if let time = request.timeMilliseconds { writer.member("time", time) }
        writer.endObject()
        var answer = signed(status, writer.bytes, key: request.key)
        answer.reason = reason
        return answer
    }

    /// An answer that says what is wrong and moves nothing.
    static func unsigned(_ status: Int, _ reason: String) -> BlockAnswer {
        var writer = JSONWriter(capacity: 64)
        writer.beginObject()
        writer.member("status", Int64(status))
        writer.member("reason", reason)
        writer.endObject()
        return BlockAnswer(status: status, body: writer.bytes, signature: nil, reason: reason)
    }

    /// This side is ill or full, for some seconds most likely.
    static func unavailable(_ reason: String) -> BlockAnswer {
        later(503, reason, seconds: 5)
    }

    /// The device is to come again later.
    static func later(_ status: Int, _ reason: String, seconds: Int64) -> BlockAnswer {
        var answer = unsigned(status, reason)
        answer.retryAfterSeconds = seconds
        return answer
    }

    /// What is asked without a block, and is well.
    static func word(_ status: String) -> BlockAnswer {
        var writer = JSONWriter(capacity: 32)
        writer.beginObject()
        writer.member("status", status)
        writer.endObject()
        return BlockAnswer(status: 200, body: writer.bytes, signature: nil)
    }

    private static func signed(_ status: Int, _ body: [UInt8], key: String) -> BlockAnswer {
        BlockAnswer(
            status: status, body: body,
            signature: Hexadecimal.text(Digest.authenticate(body, key: Array(key.utf8))))
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int64) {
        key(name)
        number(value)
    }
}
