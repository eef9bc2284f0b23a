internal import Events
internal import Identity

/// The platforms' keys of raw values, against what their owners have published.
enum MatchKeys {
    static func run(_ list: Checklist) {
        list.check("an email's keys are those that the platforms have published") { probe in
            let keys = keys(of: " John_Smith@GMAIL.com ", .email, probe)
            probe.equal(
                text(.metaSDK, of: keys),
                "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f")
            let user = self.keys(of: "user@example.com", .email, probe)
            probe.equal(text(.uid2, of: user), "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=")
        }
        list.check("Google's two rules and UID2's tell Gmail's addresses apart") { probe in
            let keys = keys(of: "Jane.Doe+kiosk@GMAIL.com", .email, probe)
            probe.equal(
                text(.google1, of: keys),
                "6ebcb4a0275d22e27dee33cf8aeab75c0de6545f68d61abc191783b3fb72fc9e")
            probe.equal(
                text(.google2, of: keys),
                "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69")
        }
        list.check("a telephone number's keys are those that the platforms have published") {
            probe in
            let keys = keys(of: "(650) 555-1212", .phone, region: "US", probe)
            probe.equal(
                text(.metaE164, of: keys),
                "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176")
            let other = self.keys(of: "+12345678901", .phone, probe)
            probe.equal(text(.uid2, of: other), "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=")
        }
        list.check("a name's keys are those that the platforms have published") { probe in
            let keys = keys(of: "\u{2003}VALÉRY ", .firstName, probe)
            probe.equal(
                text(.google1, of: keys),
                "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c")
        }
        list.check("the graph composes letters and puts domains into ASCII") { probe in
            let keys = keys(of: "Rene\u{301}@BÜCHER.example", .email, probe)
            probe.equal(
                text(.graph, of: keys), "email:k1:n2:v2M4uE2hX5TimXzyScpvxWYclJy-0zEE2JgmLeev9u0")
        }
        list.check("what stands for nobody has no key") { probe in
            let refusals: [(StaticString, IdentityType)] = [
                ("NULL", .user), ("test@test.com", .email), ("00000000", .phone),
            ]
            for (value, type) in refusals {
                let keys = keys(of: value, type, probe)
                probe.equal(keys.refusal?.rawValue, Refusal.blocked.rawValue)
            }
        }
    }

    private static func keys(
        of value: StaticString, _ type: IdentityType, region: StaticString = "", _ probe: Probe
    ) -> IdentityKeys {
        let raw = probe.carrier.bytes(value.description)
        guard let key = IdentityKey(Array(0..<32 as Range<UInt8>)) else {
            preconditionFailure("32 bytes")
        }
        let home = Region(Array(region.description.utf8).span)
        return KeyMaker(key: key, region: home).keys(
            of: raw.span, type, withAdvertising: true, by: DigestContext())
    }

    private static func text(_ rule: KeyRule, of keys: IdentityKeys) -> [UInt8] {
        for index in 0..<keys.count where keys[index].rule == rule {
            return keys[index].text(keys.type)
        }
        return []
    }
}
