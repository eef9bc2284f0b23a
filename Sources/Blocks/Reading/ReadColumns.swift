internal import Events

/// A column's values, to be taken one after the other.
struct ReadColumn {
    /// Codes, numbers, moments, booleans or counts.
    var values: [Int64] = []
    /// The mode of numbers and times, the form of strings.
    var mode: UInt8 = 0
    /// Of strings: where each different one stands.
    var strings: [Range<Int>] = []
    /// Of UUIDs with a time: what the time is more than the wall of the event they first stand in.
    var distances: [Int64] = []
    /// What stands before each string.
    var prefix: Range<Int> = 0..<0
    private var offset = 0

    /// How many UUIDs with a time have their text.
    var madeCount = 0

    /// Whether a string is a UUID with a time whose text is not made yet.
    @inline(__always)
    func isUnmade(_ number: Int) -> Bool { number == madeCount && number < distances.count }

    /// The next value; there are as many as the shapes say.
    @inline(__always)
    mutating func next() -> Int64 {
        offset += 1
        return values[offset - 1]
    }

    /// A code column over values that are numbered from 0; `count` grows with each new one.
    static func codes(
        _ valueCount: Int, _ sections: inout ReadSections, count: inout Int
    ) throws(BlockError) -> ReadColumn {
        guard valueCount <= sections.indexes.remaining else { throw .section(.indexes) }
        var column = ReadColumn()
        column.values.reserveCapacity(valueCount)
        var last = -1
        for _ in 0..<valueCount {
            let code = try sections.indexes.unsigned()
            if code == 1 {
                last = count
                count += 1
            } else if code > 1 {
                guard code - 2 < UInt64(count) else { throw .column }
                last = Int(code - 2)
            }
            guard last >= 0 else { throw .column }
            column.values.append(Int64(last))
        }
        return column
    }

    /// The column of a field that has so many values.
    static func field(
        _ field: ReadField, _ valueCount: Int, _ sections: inout ReadSections, firstWall: Int64
    ) throws(BlockError) -> ReadColumn {
        guard valueCount > 0 else { return ReadColumn() }
        switch field.type {
        case .string, .raw: return try strings(field.type, valueCount, &sections)
        case .number: return try numbers(valueCount, &sections)
        case .time: return try times(valueCount, &sections, firstWall)
        case .boolean: return try booleans(valueCount, &sections)
        case .array: return try counts(valueCount, &sections)
        case .object, .null, .constant: return ReadColumn()
        }
    }

    private static func counts(
        _ valueCount: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> ReadColumn {
        guard valueCount <= sections.indexes.remaining else { throw .section(.indexes) }
        var column = ReadColumn()
        for _ in 0..<valueCount {
            column.values.append(Int64(try sections.indexes.count(upTo: Limits.enclosedEventBytes)))
        }
        return column
    }

    private static func booleans(
        _ valueCount: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> ReadColumn {
        guard valueCount / 8 <= sections.indexes.remaining else { throw .section(.indexes) }
        var column = ReadColumn()
        var bits: UInt8 = 0
        for index in 0..<valueCount {
            if index & 7 == 0 { bits = try sections.indexes.byte() }
            column.values.append(Int64(bits & 1))
            bits >>= 1
        }
        guard bits == 0 else { throw .column }
        return column
    }

    private static func times(
        _ valueCount: Int, _ sections: inout ReadSections, _ firstWall: Int64
    ) throws(BlockError) -> ReadColumn {
        guard valueCount < sections.numbers.remaining else { throw .section(.numbers) }
        var column = ReadColumn()
        column.mode = try sections.numbers.byte()
        guard column.mode <= 1 else { throw .column }
        column.values.reserveCapacity(valueCount)
        var last = firstWall
        for _ in 0..<valueCount {
            let value = try sections.numbers.signed()
            last = last &+ value
            column.values.append(column.mode == 0 ? last : value)
        }
        return column
    }

    private static func numbers(
        _ valueCount: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> ReadColumn {
        guard valueCount < sections.numbers.remaining else { throw .section(.numbers) }
        var column = ReadColumn()
        column.mode = try sections.numbers.byte()
        guard let coding = NumberCoding(rawValue: column.mode & 3),
            let style = NumberStyle(rawValue: column.mode >> 2 & 3)
        else { throw .column }
        switch style {
        case .own: guard column.mode == NumberStyle.own.rawValue << 2 else { throw .column }
        case .oneDecimal: guard column.mode >> 4 > 0 else { throw .column }
        case .fixed, .shortest: break
        }
        column.values.reserveCapacity(valueCount)
        var last: Int64 = 0
        for _ in 0..<valueCount {
            if style == .own {
                column.values.append(Int64(bitPattern: try sections.numbers.unsigned()))
            } else {
                let value = try sections.numbers.signed()
                last = coding == .plain ? value : last &+ value
                column.values.append(last)
            }
        }
        return column
    }
}
