import Identity
import SeededText
import Testing

/// Whether a text is copied in runs or token by token, and a name looked up or passed over, is
/// nothing that shows.
@Suite struct `What the guard keeps of an event` {
    private let identityGuard = IdentityGuard()

    private func kept(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(
            decoding: identityGuard.rewrite(bytes, in: 0..<bytes.count).body, as: UTF8.self)
    }

    // `~` stands where white space may.
    private static let events = [
        #"{~"type"~:~"track"~,~"n"~:~[~1~,~-2.5e3~,~[~]~,~{~}~]~,~"ok"~:~true~,~"no"~:~null~}"#,
        #"{~"userId"~:~4711~,~"traits"~:~{~"email"~:~"a@b.de"~,~"n"~:~1~}~,~"x"~:~"c@d.de"~}"#,
        #"{~"properties"~:~{~"a"~:~"call +49 170 1234567 now"~,~"b"~:~4111111111111111~}~}"#,
        #"{~"properties"~:~{~"me@b.de"~:~{~"phone"~:~[~"1"~,~2~]~}~,~"z"~:~""~}~}"#,
        #"[~{~"email"~:~""~}~,~{~"email"~:~"a@b.de"~}~,~"a@b.de"~]"#,
    ]

    @Test(arguments: events) func `is the same for any white space between tokens`(_ event: String)
    {
        let compact = kept(event.replacing("~", with: ""))
        for space in [" ", "\n", "\t\r\n  "] {
            #expect(kept(event.replacing("~", with: space)) == compact)
        }
        // In one place alone: one missed place would be enough.
        var chance = Seeded(1)
        let parts = event.split(separator: "~", omittingEmptySubsequences: false)
        for place in 0..<parts.count - 1 {
            for space in [" ", String(repeating: "\n", count: 2 + chance.below(3))] {
                let text =
                    parts[...place].joined() + space + parts[(place + 1)...].joined()
                #expect(kept(text) == compact, "\(text)")
            }
        }
    }

    @Test(arguments: events) func `is the same for an escape anywhere`(_ event: String) {
        let compact = kept(event.replacing("~", with: ""))
        let escaped = event.replacing("~", with: "").replacing("type", with: "\\u0074ype")
            .replacing("traits", with: "tr\\u0061its").replacing("\"z\"", with: "\"\\u007a\"")
            .replacing("a@b", with: "a\\u0040b").replacing("\"n\"", with: "\"\\u006e\"")
        #expect(kept(escaped) == compact)
    }

    @Test(arguments: [
        "email", "E-Mail", "e_mail", "_email", "email_", " email", "em ail", "EMAIL",
        "email address", "hashed-email", "phone", "p_h_o_n_e", "mobile", "Mobile-Phone", "ph", "fn",
        "l_n", "ID", "user id", "USER_ID", "firstName", "surname", "date-of-birth",
        "membership_number",
        "creditCard", "address", "fullName", "emai\\u006c", "\\u0065mail", "e\\u006dail",
        "email\\u005f",
    ])
    func `has no trait of any name for an identity`(_ name: String) {
        for event in [
            #"{"traits":{"\#(name)":"secret"}}"#, #"{"a":"\n","traits":{"\#(name)":"secret"}}"#,
        ] {
            #expect(!kept(event).contains("secret"), "\(event)")
        }
    }
}
