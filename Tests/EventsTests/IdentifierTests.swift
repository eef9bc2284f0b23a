import Events
import Testing

@Suite struct `A range of sequence numbers` {
    @Test func `counts both its ends, over all 32 bits`() {
        #expect(SequenceRange(0, 0).count == 1)
        #expect(SequenceRange(3, 9).count == 7)
        #expect(SequenceRange(0, .max).count == 4_294_967_296)
    }

    @Test func `grows where the next number touches, and only there`() {
        var ranges: [SequenceRange] = []
        for number in [0, 1, 2, 4, 5, 7, 4_294_967_294, 4_294_967_295] as [UInt32] {
            SequenceRange.append(number, to: &ranges)
        }
        #expect(
            ranges == [
                SequenceRange(0, 2), SequenceRange(4, 5), SequenceRange(7, 7),
                SequenceRange(4_294_967_294, 4_294_967_295),
            ])
    }

    @Test func `grows by a whole range where that touches, and only there`() {
        var ranges: [SequenceRange] = []
        for range in [
            SequenceRange(0, 9), SequenceRange(10, 10), SequenceRange(12, 20),
            SequenceRange(21, 4_294_967_295),
        ] {
            SequenceRange.append(range, to: &ranges)
        }
        #expect(ranges == [SequenceRange(0, 10), SequenceRange(12, 4_294_967_295)])
    }

    @Test func `does not go around the end`() {
        var ranges = [SequenceRange(9, .max)]
        SequenceRange.append(0, to: &ranges)
        #expect(ranges == [SequenceRange(9, .max), SequenceRange(0, 0)])
    }
}

@Suite struct `Hexadecimal text` {
    @Test func `has the asked count of digits, lower case, with zeros in front`() {
        #expect(Hexadecimal.text(0, digitCount: 4) == "0000")
        #expect(Hexadecimal.text(0xAB, digitCount: 4) == "00ab")
        #expect(Hexadecimal.text(0x1_2345, digitCount: 4) == "2345")
        #expect(Hexadecimal.text(.max, digitCount: 16) == "ffffffffffffffff")
        #expect(Hexadecimal.text([0, 0x0F, 0xF0, 0xFF]) == "000ff0ff")
        #expect(Hexadecimal.text([]) == "")
    }

    @Test func `is read in either case, whole or not at all`() {
        #expect(Hexadecimal.value(Array("fF0".utf8)[...]) == 0xFF0)
        #expect(Hexadecimal.value(Array("0123456789abcdef".utf8)[...]) == 0x0123_4567_89AB_CDEF)
        #expect(Hexadecimal.bytes(Array("00fFa9".utf8)[...]) == [0, 0xFF, 0xA9])
        #expect(Hexadecimal.bytes([]) == [])
        for bad in ["", "g", "12 ", "0x1", "-1", "00123456789abcdef"] {
            #expect(Hexadecimal.value(Array(bad.utf8)[...]) == nil, "\(bad)")
        }
        for bad in ["0", "0g", "g0", "012", " 0", "/0", ":0", "@0", "`0"] {
            #expect(Hexadecimal.bytes(Array(bad.utf8)[...]) == nil, "\(bad)")
        }
    }

    @Test func `gives every byte back`() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Hexadecimal.bytes(Array(Hexadecimal.text(bytes).utf8)[...]) == bytes)
        #expect(Hexadecimal.bytes(Array("xxff00".utf8)[2...]) == [0xFF, 0])
    }
}

@Suite struct `A stream's id` {
    @Test func `is 32 digits, and read back from them`() {
        let stream = StreamID(high: 1, low: 0xFEDC_BA98_7654_3210)
        #expect(stream.hexadecimal == "0000000000000001fedcba9876543210")
        #expect(StreamID(hexadecimal: stream.hexadecimal) == stream)
        #expect(StreamID(hexadecimal: stream.hexadecimal.uppercased()) == stream)
    }

    @Test(
        arguments: [
            "", "0", "0000000000000001fedcba987654321", "0000000000000001fedcba98765432100",
            "0000000000000001fedcba987654321g", "g000000000000001fedcba9876543210",
            "0000000000000001-edcba9876543210", "é0000000000001fedcba9876543210x",
        ])
    func `is no other text`(_ text: String) {
        #expect(StreamID(hexadecimal: text) == nil)
    }
}

@Suite struct `A device's name` {
    @Test(arguments: [
        "a", "Z", "0", ".", "-", "_", "kiosk-17.Berlin_2", String(repeating: "x", count: 64),
    ])
    func `is allowed`(_ name: String) {
        #expect(DeviceName.isValid(name))
    }

    @Test(
        arguments: [
            "", " ", "a b", "a/b", "ä", "a\n", "a\u{0}", "a:b", "a,b", "@", "[", "`", "{", "~",
            String(repeating: "x", count: 65), String(repeating: "ä", count: 33),
        ])
    func `is refused`(_ name: String) {
        #expect(!DeviceName.isValid(name))
    }
}

@Suite struct `An instant` {
    @Test func `advances up to never, and not around it`() {
        let instant = Instant(milliseconds: 100)
        #expect(instant.advanced(byMilliseconds: 50) == Instant(milliseconds: 150))
        #expect(instant.advanced(byMilliseconds: -150) == Instant(milliseconds: -50))
        #expect(instant.advanced(byMilliseconds: .max) == .never)
        #expect(Instant.never.advanced(byMilliseconds: 1) == .never)
        #expect(instant.milliseconds(since: Instant(milliseconds: 30)) == 70)
        #expect(instant < .never && !(instant < instant))
    }
}

@Suite struct `The words of the vocabulary` {
    @Test func `mean what they are written for, and nothing else does`() {
        for kind in Kind.allCases { #expect(Kind(word: kind.word) == kind) }
        for stage in Stage.allCases { #expect(Stage(word: stage.word) == stage) }
        for lane in Lane.allCases { #expect(Lane(word: lane.word) == lane) }
        #expect(
            Kind.allCases.map(\.word) == ["track", "identify", "page", "screen", "group", "alias"])
        #expect(
            Stage.allCases.map(\.word) == [
                "awareness", "consideration", "conversion", "loyalty", "advocacy",
            ])
        #expect(Lane.allCases.map(\.word) == ["critical", "normal", "ambient"])
        for word in ["", "Track", "track ", "interest", "urgent"] {
            #expect(Kind(word: word) == nil && Stage(word: word) == nil && Lane(word: word) == nil)
        }
    }

    @Test func `stand in the funnel's order`() {
        #expect(Stage.allCases == Stage.allCases.sorted())
        #expect(Stage.awareness < .advocacy && !(Stage.loyalty < .loyalty))
    }

    @Test func `stand under numbers that are on disks and so never change`() {
        #expect(Kind.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
        #expect(Stage.allCases.map(\.rawValue) == [0, 1, 2, 3, 4])
        #expect(Lane.allCases.map(\.rawValue) == [0, 1, 2])
    }
}
