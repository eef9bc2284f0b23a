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
        #expect(
            verdict(body, status: status, isSigned: false) == .misconfigured(status: status))
    }

    @Test func `on a signed refusal of the version is outdated, and nothing else`() {
        let body = refusal.replacing("block_crc", with: "block_version")
        #expect(verdict(body, status: 422) == .outdated(status: 422))
        #expect(verdict(body, status: 422).word == "outdated")
        #expect(verdict(body, status: 422, isSigned: false) == .misconfigured(status: 422))
    }

    @Test func `on a refusal of something else is misconfigured`() {
        for (part, other) in [
            (":422,", ":400,"), ("00112233", "10112233"), ("5e5e", "5f5e"), ("{", "[{"),
        ] {
            let body = refusal.replacing(part, with: other, maxReplacements: 1)
            #expect(body != refusal)
            #expect(verdict(body, status: 422) == .misconfigured(status: 422), "\(part)")
        }
        #expect(verdict("", status: 413) == .misconfigured(status: 413))
    }

    @Test(arguments: [401, 402, 403, 404, 405, 408, 409, 410, 411, 414, 418, 423, 426, 451, 499])
    func `on any other 4xx is misconfigured, signed or not`(_ status: Int) {
        let body = refusal.replacing(":422,", with: ":\(status),")
        #expect(verdict(body, status: status) == .misconfigured(status: status))
        #expect(verdict(body, status: status, isSigned: false) == .misconfigured(status: status))
    }

    @Test(arguments: [
        100, 101, 199, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 399, 600, 999, 0,
    ])
    func `on anything that is neither is captive`(_ status: Int) {
        #expect(verdict(Answer().text, status: status) == .captive(status: status))
    }

    @Test(
        arguments: [
            (nil, nil), ("120", 120), ("0", 0), ("86401", 86_401), ("-5", -5), ("1.5", nil),
            ("soon", nil),
            ("", nil), ("99999999999999999999", nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil),
        ] as [(String?, Int64?)])
    func `on 429 and 5xx is busy, until when it says`(_ field: String?, _ seconds: Int64?) {
        for status in [429, 500, 502, 503, 504, 599] {
            for isSigned in [true, false] {
                #expect(
                    verdict(Answer().text, status: status, isSigned: isSigned, retryAfter: field)
                        == .busy(status: status, retryAfterSeconds: seconds))
            }
        }
    }

    @Test func `has a word for the operator`() {
        #expect(verdict(Answer().text).word == "delivered")
        #expect(verdict(refusal, status: 422).word == "refused")
        #expect(verdict("", status: 401).word == "misconfigured")
        #expect(verdict("").word == "captive")
        #expect(verdict("", status: 503).word == "busy")
        #expect(Verdict.unreachable.word == "unreachable")
    }
}
