import Identity
import Testing

@Suite struct `A site's own pattern` {
    private func pattern(_ text: String, name: String = "own") -> GuardPattern? {
        GuardPattern(name: Array(name.utf8), text: Array(text.utf8))
    }

    private func guarded(_ text: String, _ patterns: String...) throws -> String {
        let names = ["own", "other"]
        return IdentityTests.guarded(
            text,
            patterns: try zip(patterns, names).map { try #require(pattern($0, name: $1)) })
    }

    @Test func `is found where a word begins and ends, in either case and any spelling`() throws {
        let member = "MEMBER-########"
        #expect(try guarded("my MEMBER-12345678!", member) == "my [own]!")
        #expect(try guarded("member-12345678", member) == "[own]")
        #expect(try guarded("ＭＥＭＢＥＲ－１２３４５６７８", member) == "[own]")
        #expect(try guarded("x=MEMBER%2D12345678&y", member) == "x=[own]&y")
        #expect(try guarded("TUVNQkVSLTEyMzQ1Njc4", member) == "[own]")
        for text in [
            "MEMBER-1234567", "MEMBER-123456789", "XMEMBER-12345678", "MEMBER-12345678X",
            "MEMBER 12345678",
        ] {
            #expect(try guarded(text, member) == text)
        }
    }

    @Test func `has runs and letters`() throws {
        #expect(try guarded("L1-abc-7 x", "L#*-?*-#") == "[own] x")
        #expect(try guarded("l12345-z-7", "L#*-?*-#") == "[own]")
        #expect(try guarded("L-abc-7", "L#*-?*-#") == "L-abc-7")
        #expect(try guarded("AB12 CD34", "??##") == "[own] [own]")
        #expect(try guarded("AB12 C-5", "??##", "C-#*") == "[own] [other]")
    }

    @Test func `comes before what everybody has`() throws {
        #expect(try guarded("0151 23456789", "0151 ########") == "[own]")
    }

    @Test(
        arguments: [
            "", "###", "MEMBER", "????", "*###", "##**", "A*###", "Ä####", "#\u{7}##",
            String(repeating: "#", count: 65),
        ])
    func `is refused where it means nothing`(_ text: String) { #expect(pattern(text) == nil) }

    @Test func `has a plain name`() {
        for name in ["", "A", "a]", "ä", String(repeating: "a", count: 33)] {
            #expect(pattern("####", name: name) == nil)
        }
        #expect(pattern("####", name: "loyalty_card-2") != nil)
        #expect(pattern(String(repeating: "#", count: 64)) != nil)
    }
}
