import Events
import Testing

@testable import Blocks

/// Invariants 3 and 4 of the Blocks page, of version 1: values, lengths and limits.
@Suite struct `A block of columns with a wrong value is refused` {
    private typealias Columns = HandMadeColumns

    @Test func `for a mode, form or style that there is not`() throws {
        for mode: UInt8 in [3, 4, 13, 14, 0x1C] {
            #expect(try refusal { $0.numbers = [mode, 2] } == .column)
        }
        #expect(try refusal({ _ in }, of: Columns(member: 6, numbers: [2, 0])) == .column)
        for form: UInt8 in [6, 255] {
            let string = Columns(member: 4, codes: [1], numbers: [form, 0])
            #expect(try refusal({ _ in }, of: string) == .column)
        }
        for form: UInt8 in [1, 3, 4] {
            let raw = Columns(member: 9, codes: [1], numbers: [form, 0])
            #expect(try refusal({ _ in }, of: raw) == .column)
        }
    }

    @Test func `for a moment outside of its years, or outside of a UUID`() throws {
        for moment: Int64 in [-1, 253_402_300_800_000, .min, .max] {
            let time = Columns(member: 6, numbers: [0] + Columns.int(moment))
            #expect(try refusal({ $0.textBytes = 32 }, of: time) == .column)
        }
        for moment: Int64 in [-1, 1 << 48, .min, .max] {
            let string = Columns(member: 4, codes: [1], numbers: [2] + Columns.int(moment))
            let stored: (inout Columns) -> Void = {
                $0.stored += [UInt8](repeating: 0, count: 10)
                $0.textBytes = 44
            }
            #expect(try refusal(stored, of: string) == .column)
        }
    }

    @Test func `for bits behind the last boolean`() throws {
        func refused(_ bits: UInt8) throws -> BlockError? {
            try refusal({ $0.textBytes = 10 }, of: Columns(member: 7, codes: [bits], numbers: []))
        }
        #expect(try refused(1) == nil)
        for bits: UInt8 in [2, 3, 128] { #expect(try refused(bits) == .column) }
    }

    @Test func `for an event's text that is none`() throws {
        func refused(_ text: [UInt8]) throws -> BlockError? {
            try refusal {
                ($0.shapes, $0.text, $0.textBytes) = ([1, 0, 0, 2, 9], text, text.count)
                ($0.codes, $0.numbers) = ([1, 1], [0, UInt8(text.count)])
            }
        }
        #expect(try refused(Array("{x}".utf8)) == nil)
        for text in ["[]", "{x", "x}", "{\n}", "{x} "] {
            #expect(try refused(Array(text.utf8)) == .event(line: 1, offset: 0))
        }
        #expect(try refused([0x7B, 0xFF, 0x7D]) == .text)
    }

    @Test func `for a sequence beyond the last`() throws {
        #expect(try refusal { $0.envelopes = Columns.uint(1 << 32 - 2) + [0, 0] } == nil)
        for first: UInt64 in [1 << 32 - 1, .max] {
            #expect(
                try refusal { $0.envelopes = Columns.uint(first) + [0, 0] } == .order(line: 1))
        }
        for gap: UInt64 in [0, .max] {
            #expect(
                try refusal {
                    $0.envelopes = Columns.uint(1 << 32 - 2) + Columns.uint(gap) + [0, 0, 0, 0]
                    ($0.eventCount, $0.textBytes) = (2, 14)
                } == .order(line: 2))
        }
    }

    @Test func `for lengths and counts that the frame states otherwise`() throws {
        #expect(try refusal { $0.textBytes = 8 } == .length)
        #expect(try refusal { $0.textBytes = 6 } == .limit)
        #expect(try refusal { $0.textBytes = 1 } == .length)
        #expect(try refusal { $0.textBytes = 8 << 20 + 1 } == .limit)
        #expect(try refusal { $0.eventCount = 0 } == .length)
        #expect(try refusal { ($0.eventCount, $0.sections) = (0, []) } == .length)
        #expect(try refusal { ($0.eventCount, $0.textBytes, $0.sections) = (0, 0, []) } == nil)
        #expect(try refusal { $0.eventCount = 8193 } == .limit)
        #expect(try refusal { ($0.eventCount, $0.textBytes) = (2, 14) } != nil)
        var flagged = try Columns().block
        flagged[5] = 1
        #expect(throws: BlockError.flags) { try BlockReader.read(flagged) }
    }

    @Test func `for sections that are not of their lengths`() throws {
        #expect(try refusal { $0.sections = [] } == .length)
        #expect(try refusal { $0.sections = [1, 2, 0] } == .length)
        #expect(try refusal { $0.sections = [9, 0, 0] } == .length)
        #expect(try refusal { $0.sections = Columns.uint(8 << 20 + 1) + [0] } == .limit)
        #expect(try refusal { $0.sections = [5, 1, 3] } == .inflation)
        #expect(try refusal { $0.sections = [5, 2, 3, 0] } == .inflation)
        let large = [UInt8](repeating: 0, count: 5 << 20)
        #expect(try refusal { ($0.text, $0.numbers) = (large, large) } == .limit)
    }

    @Test func `for a head that breaks the format`() throws {
        let changes: [(Int, UInt8)] = [
            (0, 3), (33, 0), (34, 0), (34, 65), (35, 0x20), (42, 3), (42, 0x7F), (45, 1),
        ]
        for (offset, byte) in changes {
            let error = try refusal { $0.head[offset] = byte }
            if case .header = error { continue }
            Issue.record("\(offset): \(String(describing: error))")
        }
    }
}
