import Events
import Sync
import Testing

/// What each answer means (design §7): only a signature gives or takes.
@Suite struct `The verdict` {
    private let refusal = Answer.with { $0.status = "422" }.text
        .replacing(#""status""#, with: #""reason":"block_crc","status""#)

    @Test func `on an unsigned 200 is captive, receipt or not`() {
        #expect(verdict(Answer().text, isSigned: false) == .captive(status: 200))
        #expect(verdict("<html>Welcome</html>", isSigned: false) == .captive(status: 200))
        #expect(verdict("<html>Welcome</html>", isSigned: true) == .captive(status: 200))
    }

    @Test(arguments: [400, 413, 422])
    func `on a signed refusal is refused, with its reason`(_ status: Int) {
        let body = refusal.replacing(":422,", with: ":\(status),")
        #expect(verdict(body, status: status) == .refused(status: status, reason: "block_crc"))
        let unsigned = verdict(body, status: status, isSigned: false)
        #expect(unsigned == (status == 413 ? .tooLarge : .misconfigured(status: status)))
    }

    @Test func `on a signed refusal of the version is outdated, and nothing else`() {
        let body = refusal.replacing("block_crc", with: "block_version")
        #expect(verdict(body, status: 422) == .outdated(status: 422))
        #expect(verdict(body, status: 422).word == "outdated")
        #expect(verdict(body, status: 422, isSigned: false) == .misconfigured(status: 422))
    }

    @Test func `on a refusal of something else is misconfigured`() {
        for (part, other) in [
            (":422,", ":400,"), ("00112233", "10112233"), ("{", "[{"),
        ] {
            let body = refusal.replacing(part, with: other, maxReplacements: 1)
            #expect(body != refusal)
            #expect(verdict(body, status: 422) == .misconfigured(status: 422), "\(part)")
        }
        #expect(verdict("", status: 413) == .tooLarge)
    }

    @Test(arguments: [400, 413, 422])
    func `on a refusal of bytes that were spoilt on their way is failing`(_ status: Int) {
        let body = refusal.replacing(":422,", with: ":\(status),")
            .replacing("5e5e", with: "5f5e", maxReplacements: 1)
        #expect(
            verdict(body, status: status) == .failing(status: status, retryAfterSeconds: nil))
        let unsigned = verdict(body, status: status, isSigned: false)
        #expect(unsigned == (status == 413 ? .tooLarge : .misconfigured(status: status)))
    }

    @Test(arguments: [401, 403])
    func `on a key that is not taken is unauthorised, signed or not`(_ status: Int) {
        let body = refusal.replacing(":422,", with: ":\(status),")
        for isSigned in [true, false] {
            #expect(
                verdict(body, status: status, isSigned: isSigned) == .unauthorised(status: status))
        }
    }

    @Test(arguments: [402, 404, 405, 407, 409, 410, 411, 414, 418, 423, 426, 451, 499])
    func `on any other 4xx is misconfigured, signed or not`(_ status: Int) {
        let body = refusal.replacing(":422,", with: ":\(status),")
        #expect(verdict(body, status: status) == .misconfigured(status: status))
        #expect(verdict(body, status: status, isSigned: false) == .misconfigured(status: status))
    }

    @Test(arguments: [
        100, 101, 199, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 399, 511, 600, 999, 0,
    ])
    func `on anything that is neither is captive`(_ status: Int) {
        #expect(verdict(Answer().text, status: status) == .captive(status: status))
    }

    @Test func `on 408, 425, 429 and 5xx is later, when it says, signed or not`() {
        for seconds in [nil, 0, 120, -5, .max] as [Int64?] {
            for isSigned in [true, false] {
                func read(_ status: Int) -> Verdict {
                    verdict(
                        Answer().text, status: status, isSigned: isSigned, retryAfter: seconds)
                }
                #expect(read(429) == .rateLimited(retryAfterSeconds: seconds))
                for status in [408, 425, 500, 502, 503, 504, 599] {
                    #expect(read(status) == .failing(status: status, retryAfterSeconds: seconds))
                }
            }
        }
    }

    @Test func `has a word for the operator`() {
        #expect(verdict(Answer().text).word == "delivered")
        #expect(verdict(refusal, status: 422).word == "refused")
        #expect(verdict("", status: 401).word == "unauthorised")
        #expect(verdict("", status: 404).word == "misconfigured")
        #expect(verdict("", status: 413).word == "too large")
        #expect(verdict("", status: 429).word == "rate-limited")
        #expect(verdict("").word == "captive")
        #expect(verdict("", status: 503).word == "failing")
        #expect(Verdict.unreachable.word == "unreachable")
    }
}
