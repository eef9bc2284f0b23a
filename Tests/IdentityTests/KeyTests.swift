import SeededText
import Testing

@testable import Identity

/// Keys against what the platforms' own pages and kits say.
@Suite struct `The keys of a value` {
    // The vendors' published pairs: Meta's and Google's guides, UID2's documentation.
    @Test(
        arguments: [
            (
                "john_smith@gmail.com", IdentityType.email, KeyRule.metaSDK,
                "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
            ),
            (
                "+1 (650) 555-1212", .phone, .metaSDK,
                "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
            ),
            (
                "+1 (650) 555-1212", .phone, .metaE164,
                "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
            ),
            (
                "+16505551212", .phone, .google1,
                "1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8"
            ),
            (
                "Mary", .firstName, .metaSDK,
                "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"
            ),
            (
                "Valéry", .firstName, .metaSDK,
                "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"
            ),
            (
                "정", .firstName, .google1,
                "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"
            ),
            (
                "user@example.com", .email, .google1,
                "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
            ),
            ("user@example.com", .email, .uid2, "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="),
            ("+12345678901", .phone, .uid2, "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="),
        ])
    func `are the published ones`(
        _ text: String, _ type: IdentityType, _ rule: KeyRule, _ key: String
    ) {
        for spelling in [text, " \t" + text + "\u{3000}\r\n", text.uppercased()] {
            #expect(Keys(spelling, type)[rule] == key, "\(spelling)")
        }
    }

    /// An email as it was written, and in each platform's form: the graph's, Google's two, UID2's.
    private static let emails: [[String]] = [
        [
            " Jane.Doe+kiosk@GMail.com", "jane.doe+kiosk@gmail.com", "janedoe+kiosk@gmail.com",
            "janedoe@gmail.com", "janedoe@gmail.com",
        ],
        [
            "j.d+a@googlemail.com", "j.d+a@googlemail.com", "jd+a@googlemail.com",
            "jd@googlemail.com", "j.d+a@googlemail.com",
        ],
        ["j.d+a@b.com", "j.d+a@b.com", "j.d+a@b.com", "j.d+a@b.com", "j.d+a@b.com"],
        [
            "Jane@Bücher.Example", "jane@xn--bcher-kva.example", "jane@bücher.example",
            "jane@bücher.example", "jane@bücher.example",
        ],
        // Full-width forms and points are the graph's alone to understand.
        [
            "a@例え。テスト", "a@xn--r8jz45g.xn--zckzah", "refused:format", "refused:format",
            "refused:format",
        ],
        [
            "ｊ＠ｅｘａｍｐｌｅ．ｃｏｍ", "j@example.com", "refused:format", "refused:format",
            "refused:format",
        ],
        [
            "re\u{301}ne\u{302}\u{323}@b.com", "r\u{E9}n\u{1EC7}@b.com",
            "re\u{301}ne\u{302}\u{323}@b.com", "re\u{301}ne\u{302}\u{323}@b.com",
            "re\u{301}ne\u{302}\u{323}@b.com",
        ],
        ["jane doe@gmail.com", "refused:format", "none", "janedoe@gmail.com", "refused:format"],
        ["+a@gmail.com", "+a@gmail.com", "+a@gmail.com", "none", "refused:format"],
        ["ΟΔΟΣ@b.gr", "οδος@b.gr", "οδος@b.gr", "οδος@b.gr", "οδος@b.gr"],
    ]

    @Test(arguments: emails)
    func `of an email follow each platform`(_ forms: [String]) {
        let keys = Keys(forms[0], .email)
        func expected(_ form: String) -> String {
            form.contains("@") ? Reference.hexadecimal(form) : form
        }
        let graph = forms[1].contains("@") ? Reference.graph(.email, forms[1]) : forms[1]
        #expect(keys[.graph] == graph)
        #expect(keys[.google1] == expected(forms[2]))
        #expect(keys[.google2] == expected(forms[3]))
        // The same digest in the other alphabet: of Google's pass-through of that digest.
        let uid2 =
            forms[4].contains("@")
            ? Keys(expected(forms[4]), .email)[.uid2AsSent] : forms[4]
        #expect(keys[.uid2] == uid2)
    }

    @Test(
        arguments: [
            "a", "a@", "@b.c", "a@b", "a@@b.c", "a@b@c.d", "a@.b", "a@b.", "a@b..c", "a b@c.d",
            "a@b\u{0}.c", "a@b c.d", "a\u{7F}@b.c",
            "a@" + String(repeating: "ä", count: 60) + ".de",
            String(repeating: "a", count: 250) + "@b.de",
        ])
    func `of no email are none in the graph`(_ text: String) {
        #expect(Keys(text, .email)[.graph].hasPrefix("refused:"), "\(text)")
        #expect(Keys(text, .email, withAdvertising: false).rules == [])
    }

    @Test(
        arguments: [
            ("MÜNCHEN  am\u{A0}\tSee ", IdentityType.city, "münchen am see"),
            ("Vale\u{301}ry", .firstName, "valéry"), ("ＭＡＲＹ", .firstName, "mary"),
            ("lt-100 200\u{2013}3x", .loyalty, "LT1002003X"),
            ("４１１１ 1111-1111 1111", .card, "4111111111111111"),
            ("٤١١١", .card, "4111"), (" Shopper 1 ", .user, " Shopper 1 "),
            ("M1  1AE", .postalCode, "m1 1ae"),
        ])
    func `in the graph are under the form that is written down`(
        _ text: String, _ type: IdentityType, _ form: String
    ) {
        #expect(Keys(text, type)[.graph] == Reference.graph(type, form), "\(text)")
        #expect(Keys(form, type)[.graph] == Reference.graph(type, form), "\(form) again")
    }

    @Test func `are those of the platforms that know the type, with consent alone`() {
        let address = "x1x2x3@example.org"
        #expect(
            Keys(address, .email).rules
                == ["graph_n2", "meta_sdk", "google_v1", "google_v2", "uid2_v1"])
        #expect(
            Keys("+4930901820", .phone).rules
                == ["graph_n2", "meta_sdk", "meta_e164", "google_v1", "uid2_v1"])
        #expect(Keys("Ada", .firstName).rules == ["graph_n2", "meta_sdk", "google_v1"])
        #expect(Keys("Main St 1", .street).rules == ["graph_n2", "google_v1"])
        for type in [IdentityType.city, .state, .postalCode, .birthDate, .gender] {
            #expect(Keys("ab12", type).rules == ["graph_n2", "meta_sdk"], "\(type)")
        }
        #expect(Keys("de", .country).rules == ["graph_n2", "meta_sdk"])
        for type in [IdentityType.user, .loyalty, .card] {
            #expect(Keys("ab12", type).rules == ["graph_n2"], "\(type)")
        }
        #expect(Keys(address, .email, withAdvertising: false).rules == ["graph_n2"])
        #expect(Keys(address, .email, withAdvertising: false)[.metaSDK] == "none")
    }

    @Test(
        arguments: [
            "", " ", "\t\u{A0}", "null", "NULL", " Undefined ", "none", "N/A", "anonymous",
            "Unknown",
            "(null)", "[object Object]", "-1", "0", "000", "0-0", "---", "test@test.com",
            "Test@Example.com", "a@a.com",
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ])
    func `of nobody are none`(_ text: String) {
        for type in (0..<14).compactMap({ IdentityType(rawValue: $0) }) {
            let keys = Keys(text, type)
            let isEmpty = text.allSatisfy { $0.isWhitespace }
            #expect(keys.rules == [] && keys.refusal == (isEmpty ? "empty" : "blocked"), "\(type)")
        }
    }

    @Test func `of nothing are never the hash of nothing`() {
        let nothing = Reference.hexadecimal("")
        for (text, type) in [
            ("123", IdentityType.city), ("-x", .postalCode), ("12", .state), ("+00", .phone),
        ] {
            let keys = Keys(text, type)
            #expect(keys[.metaSDK].hasPrefix("refused:"), "\(text)")
            #expect(keys[.metaSDK] != nothing)
        }
    }

    @Test func `of a hash are its own`() {
        let (sha256, md5) = (
            Reference.hexadecimal("ada@example.com"), String(repeating: "a1", count: 16)
        )
        let sha1 = String(repeating: "a1", count: 20)
        let keys = Keys(" " + sha256.uppercased(), .email)
        #expect(keys.type == .emailSHA256)
        #expect(keys[.graph] == Reference.graph(.emailSHA256, sha256))
        #expect(keys[.metaSDK] == sha256 && keys[.googleAsSent] == sha256)
        #expect(keys[.uid2AsSent] == Keys("ada@example.com", .email)[.uid2])
        #expect(keys[.graph] != Keys("ada@example.com", .email)[.graph])
        #expect(Keys(sha256, .phone).type == .phoneSHA256)
        #expect(Keys(md5, .email)[.metaMD5] == md5 && Keys(md5, .email)[.uid2] == "refused:hash")
        #expect(Keys(md5, .phone).type == .phoneMD5 && Keys(md5, .email).type == .emailMD5)
        #expect(Keys(sha1, .email)[.metaSDK] == "refused:hash")
        #expect(Keys(sha1, .phone).rules == ["graph_n2"])
        #expect(Keys(sha256, .user).type == .user && Keys(sha256, .loyalty).rules == ["graph_n2"])
    }

    @Test func `have a limit`() {
        for (count, refusal) in [(1024, ""), (1025, "too_long")] {
            let text = String(repeating: "x", count: count)
            #expect(Keys(text, .lastName).refusal == refusal)
            #expect(Keys(text, .user).refusal == "")
            #expect(Keys(String(repeating: "Ⱥ", count: count / 2), .lastName).refusal == "")
        }
        #expect(Keys([0x61, 0xFF], .email).refusal == "encoding")
        #expect(Keys([0x61, 0xFF], .user).refusal == "encoding")
    }
}
