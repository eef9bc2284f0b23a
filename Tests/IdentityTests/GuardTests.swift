import Identity
import Testing

/// Promise 4, as far as the guard covers it: no raw identity in the known places.
@Suite struct `The identity guard` {
    private let identityGuard = IdentityGuard()

    /// The way of a text to the centre and of its claims' keys back into it.
    private func rewritten(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(
            decoding: Reference.travelled(identityGuard.rewrite(bytes, in: 0..<bytes.count), bytes),
            as: UTF8.self)
    }

    private func kept(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(
            decoding: identityGuard.rewrite(bytes, in: 0..<bytes.count).body, as: UTF8.self)
    }

    private let email = Reference.pseudonym("email", "a@b.c")
    private let phone = Reference.pseudonym("phone", "+4912")
    private let user = Reference.pseudonym("userId", "U1")

    /// The members with raw values, and what becomes of them.
    private var members: (raw: String, kept: String) {
        (
            #""email":" A@B.c ","phone":"+49 12","userId":"U1","previousId":"U1","title":"N""#,
            #""email":"\#(email)","phone":"\#(phone)","userId":"\#(user)","previousId":"\#(user)","title":"N""#
        )
    }

    @Test(
        arguments: [
            "{<>}", #"{"traits":{<>}}"#, #"{"context":{"traits":{<>}}}"#, #"{"properties":{<>}}"#,
            #"{"a":1,"traits":{"b":2,<>},"c":[3]}"#,
            #"{"context":{"a":{},"traits":{<>},"b":1},"d":2}"#,
            #"{<>,"traits":{<>},"context":{"traits":{<>}},"properties":{<>}}"#,
            #"{"traits":{},"traits":{<>}}"#, #"{"traits":{<>},"traits":{<>}}"#,
        ])
    func `replaces identity in each known place`(_ place: String) {
        let (raw, kept) = members
        #expect(
            rewritten(place.replacing("<>", with: raw)) == place.replacing("<>", with: kept))
    }

    @Test(
        arguments: [
            #"{"context":{<>}}"#, #"{"a":{<>}}"#, #"{"traits":{"a":{<>}}}"#,
            #"{"properties":{"traits":{<>}}}"#,
            #"{"context":{"properties":{<>}}}"#, #"{"traits":{"traits":{<>}}}"#,
            #"{"traits":[{<>}]}"#,
            #"{"properties":[{<>}]}"#, #"{"context":[{"traits":{<>}}]}"#,
            #"{"context":{"a":{"traits":{<>}}}}"#,
            #"{"properties":{"products":[{<>}]}}"#, "[{<>}]",
        ])
    func `leaves places alone that only look alike`(_ place: String) {
        let text = place.replacing("<>", with: members.raw)
        #expect(rewritten(text) == text)
    }

    @Test(
        arguments: [
            "emails", "anonymousId", "groupId", "mail", "", "users", "emailemailemailemail",
            "titel",
        ])
    func `leaves members alone that are called otherwise`(_ name: String) {
        let text = #"{"\#(name)":"a@b.c","traits":{"\#(name)":"a@b.c"}}"#
        #expect(rewritten(text) == text)
    }

    @Test func `knows names and places however they are escaped`() {
        #expect(
            rewritten(
                #"{"\u0074raits":{"\u0065m\u0061il":"\u0061@b.c"},"c\u006fntext":{"trait\u0073":{"ph\u006fne":"\u002b4912"}}}"#
            )
                == #"{"traits":{"email":"\#(email)"},"context":{"traits":{"phone":"\#(phone)"}}}"#)
    }

    @Test func `replaces every one of duplicates`() {
        #expect(
            rewritten(#"{"userId":"U1","userId":"","userId":"U1"}"#)
                == #"{"userId":"\#(user)","userId":"","userId":"\#(user)"}"#)
    }

    @Test func `gives a previous id the hash that it had as a user id`() {
        #expect(
            rewritten(#"{"previousId":"U1"}"#).replacing("previousId", with: "userId")
                == rewritten(#"{"userId":"U1"}"#))
    }

    @Test(
        arguments: [
            ("null", "null"), ("true", "true"), ("false", "false"), (#""""#, #""""#), ("[]", "[]"),
            ("{}", "{}"),
        ])
    func `keeps what identifies nobody`(_ value: String, _ kept: String) {
        for name in ["email", "phone", "userId", "previousId"] {
            #expect(rewritten(#"{"\#(name)":\#(value)}"#) == #"{"\#(name)":\#(kept)}"#)
        }
        // What no platform takes has no key, and its marker stays.
        #expect(
            rewritten(#"{"email":" \t ","phone":"-"}"#)
                == #"{"email":"[email]","phone":"[phone]"}"#)
    }

    @Test func `replaces a number by the hash of its text`() {
        #expect(
            rewritten(#"{"userId":42,"phone":4912,"email":1.50}"#)
                == #"{"userId":"\#(Reference.pseudonym("userId", "42"))","#
                + #""phone":"\#(Reference.pseudonym("phone", "4912"))","#
                + #""email":"\#(Reference.pseudonym("email", "1.50"))"}"#)
    }

    @Test func `covers arrays and objects whole, whatever their members are called`() {
        #expect(
            rewritten(
                #"{"email":["A@b.c",{"phone":"A@b.c","x":[["a@b.c",null,true]]},7],"x":"A@b.c"}"#)
                == #"{"email":["\#(email)",{"phone":"\#(email)","x":[["\#(email)",null,true]]},"#
                + #""\#(Reference.pseudonym("email", "7"))"],"x":"A@b.c"}"#)
        #expect(
            rewritten(#"{"traits":{"userId":{"a":"U1"},"b":"U1"},"userId":[],"c":"U1"}"#)
                == #"{"traits":{"userId":{"a":"\#(user)"},"b":"U1"},"userId":[],"c":"U1"}"#)
    }

    @Test func `writes canonical text, and of its range alone`() {
        let front = Array(#"[{"email":"x"}, "#.utf8)
        let event = Array(#"{ "b" : "\u0041\/" , "a" : [ 1.0 , { } ] }"#.utf8)
        let rewritten = identityGuard.rewrite(
            front + event + Array(" ,9]".utf8), in: front.count..<front.count + event.count)
        #expect(String(decoding: rewritten.body, as: UTF8.self) == #"{"b":"A/","a":[1.0,{}]}"#)
        #expect(self.rewritten(" 5 ") == "5")
        #expect(self.rewritten(#""email""#) == #""email""#)
    }

    @Test func `hashes what is meant, not how it is escaped`() {
        #expect(
            rewritten(#"{"userId":"\u0055\u0031"}"#) == rewritten(#"{"userId":"U1"}"#))
        #expect(
            rewritten(#"{"userId":"\ud83d\ude00"}"#)
                == #"{"userId":"\#(Reference.pseudonym("userId", "😀"))"}"#)
    }

    @Test(arguments: [
        "Email", "EMAIL", "e_mail", "e-mail", "email ", "emailAddress", "EMAIL_address",
    ])
    func `knows a name in any case, with any joints`(_ name: String) {
        #expect(kept(#"{"Traits":{"\#(name)":"a"}}"#) == #"{"Traits":{"\#(name)":"[email]"}}"#)
    }

    @Test(
        arguments: [
            (
                #"{"traits":{"name":"Ada L","firstName":"Ada","last_name":"L"}}"#,
                "name firstName lastName"
            ),
            (
                #"{"traits":{"address":{"street":"a","city":"b","state":"c","postalCode":"d","country":"e","x":"f"}}}"#,
                "street city state postalCode country street"
            ),
            (
                #"{"traits":{"address":"1 Way"},"properties":{"shipping_address":{"zip":[1]}}}"#,
                "street postalCode"
            ),
            (
                #"{"properties":{"loyalty_number":"7","cardNumber":4111,"name":"Mug","id":5}}"#,
                "loyalty card"
            ),
            (
                #"{"context":{"externalIds":[{"id":"x","type":"t"},{"id":"y"}]}}"#,
                "externalId externalId"
            ),
            (
                #"{"traits":{"id":"u","birthday":"1990","username":"ada","fn":"a","ph":"1"}}"#,
                "userId birthDate externalId firstName phone"
            ),
            (#"{"properties":{"ph":"7.2","fn":"f","em":"e","mobile":"x"}}"#, ""),
        ])
    func `knows the fields that say who somebody is`(_ text: String, _ types: String) {
        let bytes = Array(text.utf8)
        let guarded = identityGuard.rewrite(bytes, in: 0..<bytes.count)
        #expect(guarded.claims.map { "\($0.type.word)" }.joined(separator: " ") == types)
        for claim in guarded.claims {
            #expect(String(decoding: guarded.body, as: UTF8.self).contains("[\(claim.type.word)]"))
        }
    }

    @Test(
        arguments: [
            (#"{"categoryPreferences":{"Advertising":true}}"#, true),
            (#"{"categoryPreferences":{"Advertising":true,"Targeting":false}}"#, false),
            (#"{"categoryPreferences":{"Analytics":true}}"#, false),
            (#"{"marketing":true}"#, true), (#"{"marketing":"yes"}"#, false),
            (#"{"ad_storage":"granted","ad_user_data":"granted"}"#, true),
            (#"{"ad_storage":"granted","ad_user_data":"denied"}"#, false),
            (#"{"advertising":{"a":true}}"#, false), (#""am""#, false), ("[true]", false),
        ])
    func `finds consent to advertising where it is said`(_ consent: String, _ isGiven: Bool) {
        let bytes = Array(#"{"context":{"consent":\#(consent)}}"#.utf8)
        #expect(
            identityGuard.rewrite(bytes, in: 0..<bytes.count).hasAdvertisingConsent == isGiven)
        let elsewhere = Array(#"{"consent":\#(consent)}"#.utf8)
        #expect(!identityGuard.rewrite(elsewhere, in: 0..<elsewhere.count).hasAdvertisingConsent)
    }

    @Test func `keeps the first 64 claims, and the markers of all`() {
        let text = Array(
            (#"{"email":["# + (0..<70).map { "\"a\($0)@b.c\"" }.joined(separator: ",") + "]}").utf8)
        let guarded = identityGuard.rewrite(text, in: 0..<text.count)
        #expect(guarded.claims.count == 64)
        let travelled = Reference.travelled(guarded, text)
        #expect(
            String(decoding: travelled, as: UTF8.self).split(separator: ",").suffix(6).allSatisfy {
                $0.contains("[email]")
            })
        #expect(String(decoding: travelled, as: UTF8.self).hasPrefix(#"{"email":["email:k1:"#))
    }
}
