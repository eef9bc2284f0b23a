internal import Events

/// Columns of strings.
extension ReadColumn {
    static func strings(
        _ type: FieldType, _ valueCount: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> ReadColumn {
        var count = 0
        var column = try codes(valueCount, &sections, count: &count)
        column.mode = try sections.numbers.byte()
        guard let form = StringForm(rawValue: column.mode), type == .string || form == .text else {
            throw .column
        }
        if form == .hash {
            column.prefix = try sections.textRange(of: try sections.numbers.unsigned())
        }
        column.strings.reserveCapacity(count)
        for _ in 0..<count { try column.readString(form, &sections) }
        return column
    }

    private mutating func readString(
        _ form: StringForm, _ sections: inout ReadSections
    ) throws(BlockError) {
        switch form {
        case .text:
            strings.append(try sections.textRange(of: try sections.numbers.unsigned()))
        case .uuid:
            let range = try sections.stored.range(of: 16)
            let bytes = sections.stored.bytes[range]
            strings.append(
                sections.made {
                    IdentifierText.append(hexadecimal: bytes, isUUID: true, to: &$0)
                })
        case .timedUUID:
            distances.append(try sections.numbers.signed())
            // Its text is made when the wall is known.
            strings.append(try sections.stored.range(of: 10))
        case .hexadecimal:
            let count = try sections.numbers.count(upTo: sections.stored.remaining)
            let bytes = sections.stored.bytes[try sections.stored.range(of: count)]
            strings.append(
                sections.made { IdentifierText.append(hexadecimal: bytes, to: &$0) })
        case .digits:
            let number = try sections.numbers.unsigned()
            strings.append(sections.made { $0 += Array(number.description.utf8) })
        case .hash:
            let bytes = sections.stored.bytes[try sections.stored.range(of: 32)]
            strings.append(sections.made { $0 += Base64.urlText(Array(bytes)) })
        }
    }

    /// Makes the text of UUID number `index`, which first stands in an event taken at `wall`.
    mutating func makeTimedUUID(
        _ index: Int, wall: Int64, _ sections: inout ReadSections
    ) throws(BlockError) {
        let moment = distances[index] &+ wall
        guard moment >= 0, moment < 1 << 48 else { throw .column }
        madeCount += 1
        var bytes: [UInt8] = []
        for shift: Int64 in [40, 32, 24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: moment >> shift))
        }
        bytes += sections.stored.bytes[strings[index]]
        strings[index] = sections.made {
            IdentifierText.append(hexadecimal: bytes[...], isUUID: true, to: &$0)
        }
    }
}
