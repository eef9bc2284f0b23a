import Testing

@testable import Blocks

/// A block of version 1 put together by hand, section by section; right until something is changed.
///
/// As it stands it is the one event `{"a":1}`.
struct HandMadeColumns {
    /// The shapes, class by class.
    var shapes: [UInt8] = [1, 0, 0] + object + [2, 5, 1, end]
    /// Codes of the producers; then of the shapes, and all that follows them in the indexes.
    var producers: [UInt8] = [1]
    var codes: [UInt8] = [1]
    var text: [UInt8] = Array("a".utf8)
    /// Sequences, walls and monos; then the columns.
    var envelopes: [UInt8] = [0, 0, 0]
    var numbers: [UInt8] = [0, 2]
    var stored: [UInt8] = [UInt8](repeating: 0, count: 8)
    var eventCount = 1
    var textBytes = 7
    var head: [UInt8] = {
        var bytes: [UInt8] = []
        var header = Fixture.header
        header.tombstones = []
        header.append(to: &bytes)
        return bytes
    }()
    /// What stands for the sections, where they are none.
    var sections: [UInt8]?

    /// A definition of the object that is an event; the end of one.
    static let object: [UInt8] = [2, 1]
    static let end: UInt8 = 1

    /// The same event but for one member `a`, of this type and group.
    init(member type: UInt8 = 5, group: UInt8 = 0, codes: [UInt8] = [], numbers: [UInt8] = [0, 2]) {
        shapes[6] = type | group << 4
        self.codes += codes
        self.numbers = numbers
    }

    var block: [UInt8] {
        get throws {
            let rest = try head + (sections ?? packed())
            return Frame(
                storedBytes: rest.count, payloadBytes: textBytes, eventCount: eventCount
            ).block(around: rest)
        }
    }

    private func packed() throws -> [UInt8] {
        let deflater = try #require(Deflater())
        return Self.section(text, deflater.deflate(text, PackedLines.dictionary))
            + [shapes + producers + codes, envelopes + numbers].flatMap {
                Self.section($0, deflater.deflate($0))
            } + stored
    }

    private static func section(_ bytes: [UInt8], _ deflated: [UInt8]?) -> [UInt8] {
        var section: [UInt8] = []
        section.append(unsigned: UInt64(bytes.count))
        section.append(unsigned: UInt64(deflated?.count ?? 0))
        return section + (deflated ?? bytes)
    }

    /// A number as the format has it.
    static func uint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(unsigned: value)
        return bytes
    }

    static func int(_ value: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(signed: value)
        return bytes
    }
}

/// Reads a block that must be refused, and says by which check.
func refusal(
    _ change: (inout HandMadeColumns) throws -> Void, of columns: HandMadeColumns = .init()
) throws -> BlockError? {
    var columns = columns
    try change(&columns)
    let block = try columns.block
    do throws(BlockError) {
        _ = try BlockReader.read(block)
        return nil
    } catch {
        return error
    }
}
