internal import Events

/// What an answer means for the block that was sent.
public enum Verdict: Equatable, Sendable {
    /// A receipt that matches the request: what it names may be deleted.
    case receipt(Receipt)
    /// The collector, by its signature, will not take the block as it is: 400, 413 or 422.
    case refused(status: Int, reason: String)
    /// The collector, by its signature, refuses more events than may be set aside in an hour:
    /// ``PoisonBudget``. Nothing is dropped.
    case rejecting(reason: String)
    /// A 413 that nobody signed: somebody on the way will not pass so much at once. Nothing is
    /// dropped.
    case tooLarge
    /// The collector, by its signature, is older than this software and does not know the block's
    /// version. Nothing is dropped.
    case outdated(status: Int)
    /// 401 or 403: the write key is not taken. Nothing is dropped.
    case unauthorised(status: Int)
    /// Any other 4xx that nobody signed: wrong address. Nothing is dropped.
    case misconfigured(status: Int)
    /// An answer that is no receipt: a portal, a proxy, another service.
    case captive(status: Int)
    /// 429: later, and not before `retryAfterSeconds`.
    case rateLimited(retryAfterSeconds: Int64?)
    /// 408, 425 or 5xx, or the collector's refusal of bytes that were spoilt on their way: later,
    /// and not before `retryAfterSeconds`.
    case failing(status: Int, retryAfterSeconds: Int64?)
    /// No answer.
    case unreachable
    /// Not asked: the device's clock was never set, so that no certificate can be judged.
    case clock

    /// The reason of a collector that does not know a block's version: parts of the block would be
    /// refused like the whole.
    private static let unknownVersion = "block_version"

    /// Reads an HTTP answer.
    ///
    /// - Parameters:
    ///   - isSigned: whether the body's HMAC under the write key was there and right.
    ///   - retryAfter: what Retry-After asks for, in seconds: ``RetryAfter``.
    public static func read(
        status: Int, body: [UInt8], isSigned: Bool, retryAfter: Int64?, sent: Sent
    ) -> Verdict {
        switch status {
        case 200:
            guard isSigned, let answer = AnswerBody(body), answer.status == 200,
                let receipt = Receipt(answer, for: sent)
            else { return .captive(status: status) }
            return .receipt(receipt)
        case 429: return .rateLimited(retryAfterSeconds: retryAfter)
        case 511: return .captive(status: status)
        case 408, 425, 500...599:
            return .failing(status: status, retryAfterSeconds: retryAfter)
        case 400, 413, 422:
            guard isSigned, let answer = AnswerBody(body), answer.status == Int64(status),
                answer.nonce == sent.nonce
            else { return status == 413 ? .tooLarge : .misconfigured(status: status) }
            // It was asked by us, but got something else: the way there spoils bytes.
            guard answer.digest == sent.bodyDigest else {
                return .failing(status: status, retryAfterSeconds: nil)
            }
            return answer.reason == unknownVersion
                ? .outdated(status: status) : .refused(status: status, reason: answer.reason)
        case 401, 403: return .unauthorised(status: status)
        case 400...499: return .misconfigured(status: status)
        default: return .captive(status: status)
        }
    }

    /// How many events the answer has set aside for good, and the collector's reason.
    ///
    /// - Parameter eventCount: how many events were sent: several that are refused as a whole go on
    ///   in halves.
    public func poison(among eventCount: Int64) -> (count: Int64, reason: String) {
        switch self {
        case .receipt(let receipt):
            (Int64(receipt.refused.count), receipt.refused.first?.reason ?? "")
        case .refused(_, let reason): (eventCount == 1 ? 1 : 0, reason)
        default: (0, "")
        }
    }

    /// A word for the operator.
    public var word: String {
        switch self {
        case .receipt: "delivered"
        case .refused: "refused"
        case .rejecting: "rejecting"
        case .tooLarge: "too large"
        case .outdated: "outdated"
        case .unauthorised: "unauthorised"
        case .misconfigured: "misconfigured"
        case .captive: "captive"
        case .rateLimited: "rate-limited"
        case .failing: "failing"
        case .unreachable: "unreachable"
        case .clock: "clock"
        }
    }
}
