import Events
import Testing

@testable import Blocks

/// Invariant 3 of the Blocks page, of version 1: shapes, codes and columns.
@Suite struct `An inconsistent block of columns is refused` {
    private typealias Columns = HandMadeColumns

    @Test func `unless nothing is wrong with it`() throws {
        let events = try BlockReader.read(Columns().block).events
        #expect(events.map(\.body) == [Array(#"{"a":1}"#.utf8)])
    }

    @Test func `with a section that is too short, or of which something is left`() throws {
        #expect(try refusal { $0.text = [] } == .section(.text))
        #expect(try refusal { $0.text += [0x62] } == .section(.text))
        #expect(try refusal { $0.codes = [] } == .section(.indexes))
        #expect(try refusal { $0.codes += [0] } == .section(.indexes))
        #expect(try refusal { $0.numbers = [0] } == .section(.numbers))
        #expect(try refusal { $0.numbers += [0] } == .section(.numbers))
        #expect(try refusal { $0.envelopes = [0] } == .section(.numbers))
        #expect(try refusal { $0.stored.removeLast() } == .section(.stored))
        #expect(try refusal { $0.stored += [0] } == .section(.stored))
    }

    @Test func `with numbers of more than 64 bits`() throws {
        let most = [UInt8](repeating: 0xFF, count: 9)
        #expect(try refusal { $0.numbers = [12] + most + [1] } == .limit)
        #expect(try refusal { $0.numbers = [0] + most + [2] } == .section(.numbers))
        #expect(try refusal { $0.numbers = [0] + most + [0x81, 0] } == .section(.numbers))
    }

    @Test func `with a field of an unknown type or group`() throws {
        for type: UInt8 in [0, 10, 15] {
            #expect(try refusal({ _ in }, of: Columns(member: type)) == .shape)
        }
        for group: UInt8 in [3, 15] {
            #expect(try refusal({ _ in }, of: Columns(member: 5, group: group)) == .shape)
        }
        for type: UInt8 in [1, 2, 3, 6, 8] {
            #expect(try refusal({ _ in }, of: Columns(member: type, group: 1)) == .shape)
        }
        // An event that is a number.
        #expect(try refusal { $0.shapes = [1, 0, 0, 2, 5] } == .shape)
        // A group of an array's elements.
        let array = Columns(member: 2, codes: [1, 1], numbers: [0, 2])
        #expect(try refusal({ $0.shapes += [1, 2, 0x15] }, of: array) == .shape)
    }

    @Test func `with a group in use that no field has, or that there is not`() throws {
        for groups: UInt8 in [1, 2, 3, 4, 255] {
            #expect(try refusal { $0.shapes[2] = groups } == .shape)
        }
    }

    @Test func `with a call that means nothing`() throws {
        for call: UInt8 in [6, 7, 6 << 3, 7 << 3, 3 << 6] {
            #expect(try refusal { $0.shapes[1] = call } == .shape)
        }
    }

    @Test func `with a shape of fields that are not there`() throws {
        // Nothing came last; an end without an object; a field that is not defined.
        for code: UInt8 in [0, 1, 3, 200] {
            #expect(try refusal { $0.shapes = [1, 0, 0, code, 1] } == .shape)
            if code != 1 {
                #expect(try refusal { $0.shapes = [1, 0, 0, 2, 1, code, 1] } == .shape)
            }
        }
        // A field of the outer object in the inner one.
        #expect(
            try refusal {
                $0.shapes = [1, 0, 0] + Columns.object + [2, 5, 1, 2, 1, 0, 4, 1, 1]
            } == .shape)
        // A shape that nothing has.
        #expect(try refusal { $0.shapes = [2] + $0.shapes[1...] + [0, 0, 0, 1] } == .shape)
    }

    @Test func `with codes beyond their list`() throws {
        for code: UInt8 in [0, 2, 100] {
            #expect(try refusal { $0.producers = [code] } == .column)
            #expect(try refusal { $0.codes = [code] } == .column)
            let string = Columns(member: 4, codes: [code], numbers: [0, 0])
            #expect(try refusal({ _ in }, of: string) == .column)
            let constant = Columns(member: 8, numbers: [])
            #expect(try refusal({ $0.shapes[8...8] = [code, 1] }, of: constant) == .shape)
        }
    }

    @Test func `with nesting deeper than 64`() throws {
        let opened = (0..<64).flatMap { $0 == 0 ? [2, 1] : [2, 1, 0] } as [UInt8]
        func nested(_ inner: [UInt8]) throws -> BlockError? {
            try refusal {
                $0.shapes = [1, 0, 0] + opened + inner + [UInt8](repeating: 1, count: 64)
                ($0.text, $0.numbers, $0.textBytes) = ([], [], 64 * 2 + 63 * 3)
            }
        }
        #expect(try nested([]) == nil)
        #expect(try nested([2, 1, 0, 1]) == .shape)
        #expect(try nested([2, 2, 0]) == .shape)
    }

    @Test func `with a tuple under another shape`() throws {
        // Two shapes, whose fields of group 1 stand in another order; then one tuple for both.
        var columns = Columns()
        columns.shapes = [2, 0, 1] + Columns.object + [2, 0x15, 1, 2, 0x15, 1, 1]
        columns.shapes += [0, 1, 0, 5, 4, 1]
        columns.text = Array("ab".utf8)
        (columns.producers, columns.codes) = ([1, 0], [1, 1, 1, 1])
        (columns.envelopes, columns.numbers) = ([0, 0, 0, 0, 0, 0], [0, 2, 4, 0, 6, 8])
        (columns.eventCount, columns.textBytes) = (2, 26)
        #expect(try refusal({ _ in }, of: columns) == nil)
        let one: (inout Columns) -> Void = {
            ($0.codes, $0.numbers) = ([1, 1, 1, 2], [0, 2, 0, 6])
        }
        #expect(try refusal(one, of: columns) == .shape)
        #expect(try refusal({ $0.codes = [1, 1, 0, 1] }, of: columns) == .column)
    }
}
