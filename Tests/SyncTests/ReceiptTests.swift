import Events
import Sync
import Testing

/// Nothing is deleted on less than this.
@Suite struct `A receipt` {
    @Test func `says what is held, what conflicts and what is refused`() throws {
        let whole = try #require(receipt(Answer()))
        #expect(
            whole.held == [SequenceRange(0, 9), SequenceRange(12, 12), SequenceRange(20, 29)])
        #expect(whole.conflicting.isEmpty && whole.refused.isEmpty && whole.tombstoneCount == 2)
        let parted = try #require(
            receipt(
                .with {
                    $0.held = "[[0,3],[6,9],[20,28]]"
                    $0.count = "17"
                    $0.conflict = "[[4,5]]"
                    $0.refused = #"[{"id":29,"reason":"too_old"},{"reason":"x","id":12}]"#
                }))
        #expect(parted.held == [SequenceRange(0, 3), SequenceRange(6, 9), SequenceRange(20, 28)])
        #expect(parted.conflicting == [SequenceRange(4, 5)])
        #expect(parted.refused.map(\.sequence) == [29, 12])
        #expect(parted.refused.map(\.reason) == ["too_old", "x"])
    }

    @Test(
        arguments: [
            "[[20,29],[12,12],[0,9]]", "[[0,4],[5,9],[12,12],[20,29]]",
            "[[29,29],[0,0],[1,9],[12,12],[20,28]]",
        ])
    func `may cut and order its ranges as it likes`(_ held: String) {
        #expect(receipt(.with { $0.held = held }) != nil)
    }

    @Test(
        arguments: [
            ("an event too few", "[[0,8],[12,12],[20,29]]", "20"),
            ("one too few, the count of all", "[[0,8],[12,12],[20,29]]", "21"),
            ("a range too few", "[[0,9],[20,29]]", "20"),
            ("an event too many", "[[0,9],[12,12],[20,30]]", "22"),
            ("one in between too many", "[[0,10],[12,12],[20,29]]", "22"),
            ("the gap filled", "[[0,29]]", "30"),
            ("another event", "[[0,9],[13,13],[20,29]]", "21"),
            ("one twice", "[[0,9],[9,9],[12,12],[20,29]]", "22"),
            ("a range twice", "[[0,9],[12,12],[12,12],[20,29]]", "22"),
            ("an overlap that fits the count", "[[0,9],[9,9],[20,29]]", "21"),
            ("nothing", "[]", "0"), ("a range backwards", "[[9,0],[12,12],[20,29]]", "3"),
            ("one backwards to fit the count", "[[0,9],[12,12],[20,29],[5,4]]", "21"),
            ("the count too small", "[[0,9],[12,12],[20,29]]", "20"),
            ("the count too large", "[[0,9],[12,12],[20,29]]", "22"),
            ("no count", "[[0,9],[12,12],[20,29]]", "null"),
            ("beyond 32 bits", "[[0,9],[12,12],[20,29],[4294967296,4294967296]]", "22"),
            ("a negative number", "[[-1,9],[12,12],[20,29]]", "22"),
            ("a fraction", "[[0,9.0],[12,12],[20,29]]", "21"),
            ("a range of one number", "[[0,9],[12],[20,29]]", "21"),
            ("a range of three", "[[0,9],[12,12,12],[20,29]]", "21"),
            ("numbers for ranges", "[0,9]", "2"), ("texts", #"[["0","9"],[12,12],[20,29]]"#, "21"),
            ("an object", #"{"0":9}"#, "21"), ("a text", #""0-29""#, "21"), ("null", "null", "21"),
        ])
    func `must part the block exactly`(_ what: String, _ held: String, _ count: String) {
        let answer = Answer.with {
            $0.held = held
            $0.count = count
        }
        #expect(verdict(answer.text) == .captive(status: 200), "\(what)")
    }

    @Test(
        arguments: [
            ("[[9,9]]", "[]"), ("[]", #"[{"id":9,"reason":"x"}]"#), ("[[10,10]]", "[]"),
            ("[]", #"[{"id":30,"reason":"x"}]"#), ("[[0,9]]", "[]"), ("[[4,3]]", "[]"),
            ("null", "[]"), ("[]", "null"), ("[]", #"[{"reason":"x"}]"#), ("[]", "[9]"),
            ("[]", #"[{"id":"9"}]"#), ("[]", #"[{"id":-1}]"#),
        ])
    func `names no event in two lists, and none of another block`(
        _ conflict: String, _ refused: String
    ) {
        let answer = Answer.with {
            $0.conflict = conflict
            $0.refused = refused
        }
        #expect(verdict(answer.text) == .captive(status: 200))
    }

    @Test func `names an event in one list at least, and counts the held ones alone`() {
        let without = Answer.with {
            $0.held = "[[0,8],[12,12],[20,29]]"
            $0.count = "20"
        }
        #expect(receipt(without) == nil)
        var moved = without
        moved.conflict = "[[9,9]]"
        #expect(receipt(moved) != nil)
        moved.refused = #"[{"id":9,"reason":"x"}]"#
        #expect(receipt(moved) == nil)
        moved.conflict = "[]"
        #expect(receipt(moved) != nil)
        moved.refused = #"[{"id":9,"reason":"x"},{"id":9,"reason":"x"}]"#
        #expect(receipt(moved) == nil)
        moved.refused = #"[{"id":9,"reason":"x"}]"#
        moved.count = "21"
        #expect(receipt(moved) == nil)
    }

    @Test func `is for this device, stream, epoch, nonce and body, and recorded its tombstones`() {
        let changes: [(inout Answer) -> Void] = [
            { $0.device = "kiosk-2" }, { $0.device = "" }, { $0.device = "KIOSK-1" },
            { $0.stream = "00000000000000ab00000000000000ce" }, { $0.stream = "" },
            { $0.epoch = "2" }, { $0.epoch = "null" }, { $0.epoch = "4294967299" },
            { $0.nonce = "00112233445566778899aabbccddeefe" }, { $0.nonce = "" },
            { $0.nonce = $0.nonce.uppercased() },
            { $0.digest = String(repeating: "5f", count: 32) },
            { $0.digest = "" }, { $0.tombstones = "1" }, { $0.tombstones = "3" },
            { $0.tombstones = "null" }, { $0.tombstones = "[2]" }, { $0.status = "201" },
            { $0.status = "null" },
        ]
        for change in changes {
            let answer = Answer.with(change)
            #expect(verdict(answer.text) == .captive(status: 200), "\(answer.text)")
        }
    }

    @Test func `lacks none of its members`() throws {
        let whole = Answer().text
        #expect(receipt(Answer()) != nil)
        for name in [
            "status", "device", "stream", "epoch", "nonce", "sha256", "ids", "count", "tombstones",
        ] {
            let without = whole.replacing("\"\(name)\":", with: "\"x-\(name)\":")
            #expect(verdict(without) == .captive(status: 200), "\(name)")
        }
    }

    @Test(arguments: ["", "null", "[]", "{", "<html>", "200", #"{"status":200}"#])
    func `is no other text`(_ body: String) {
        #expect(verdict(body) == .captive(status: 200))
    }

    @Test func `of a block of tombstones alone names no event`() {
        var bare = sent
        bare.sequences = []
        let answer = Answer.with {
            $0.held = "[]"
            $0.count = "0"
        }
        #expect(receipt(answer, sent: bare)?.tombstoneCount == 2)
        #expect(receipt(Answer(), sent: bare) == nil)
        #expect(receipt(answer) == nil)
    }

    @Test func `may end at the last number there is`() {
        var last = sent
        last.sequences = [SequenceRange(.max - 1, .max)]
        let answer = Answer.with {
            $0.held = "[[4294967294,4294967294],[4294967295,4294967295]]"
            $0.count = "2"
        }
        #expect(receipt(answer, sent: last) != nil)
    }

    @Test func `is never had for a request whose own ranges overlap`() {
        var twice = sent
        twice.sequences = [SequenceRange(0, 9), SequenceRange(9, 12)]
        for held in ["[[0,12]]", "[[0,9],[9,12]]"] {
            let answer = Answer.with {
                $0.held = held
                $0.count = held == "[[0,12]]" ? "13" : "14"
            }
            #expect(receipt(answer, sent: twice) == nil)
        }
    }
}
