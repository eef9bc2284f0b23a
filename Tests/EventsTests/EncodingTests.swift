import Events
import Testing

/// RFC 8259 §8.1, held against the standard library's own reading of UTF-8.
@Suite struct `Bytes in a JSON string` {
    /// Bytes at which the classes of UTF-8 begin and end.
    private static let boundaries: [UInt8] = [
        0x1F, 0x22, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF4,
        0xFF,
    ]
    private static let fourth: [UInt8] = [0x41, 0x7F, 0x80, 0xBF, 0xC0]

    private func isPlain(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
            && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
    }

    /// Whether the check says of the bytes what the standard library says.
    private func isJudgedRight(_ bytes: [UInt8]) -> Bool {
        // The letter behind them shows that none was taken for part of a character.
        (fault([0x22] + bytes + [0x61, 0x22]) == nil) == isPlain(bytes)
    }

    @Test func `pass exactly if they are UTF-8: all pairs`() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max where !isJudgedRight([first, second]) {
                // An escape of two bytes is the one other thing that may stand there.
                let isEscape = first == 0x5C && "\"\\/bfnrt".utf8.contains(second)
                #expect(isEscape, "\(first) \(second)")
            }
        }
    }

    @Test func `pass exactly if they are UTF-8: three and four after a lead byte`() {
        for lead in UInt8(0xE0)...0xFF {
            for second in Self.boundaries {
                for third in Self.boundaries {
                    var sequences = [[lead, second, third]]
                    if lead >= 0xF0 { sequences += Self.fourth.map { [lead, second, third, $0] } }
                    for bytes in sequences where !isJudgedRight(bytes) {
                        Issue.record("\(bytes)")
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC3],
            [0xE2, 0x82],
            [0xF0, 0x9F, 0x98], [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28],
            [0xF0, 0x28, 0x8C, 0xBC], [0xF0, 0x90, 0x28, 0xBC], [0xF0, 0x90, 0x8C, 0x28],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `are refused as no UTF-8 where the character begins`(_ bytes: [UInt8]) {
        #expect(fault([0x22, 0x78] + bytes + [0x22]) == JSONError(.notUTF8, offset: 2))
        #expect(fault([0x22, 0x78] + bytes) == JSONError(.notUTF8, offset: 2))
        #expect(
            fault([0x7B, 0x22] + bytes + [0x22, 0x3A, 0x31, 0x7D]) == JSONError(.notUTF8, offset: 2)
        )
    }

    @Test func `outside of a string are none of JSON's`() {
        for byte in UInt8(0x80)...0xFF {
            #expect(fault([0x5B, byte, 0x5D]) == JSONError(.unexpectedByte, offset: 1))
        }
    }
}
