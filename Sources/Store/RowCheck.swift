/// A row's check: SQLite notices a page that is no page, but not bytes that are others.
enum RowCheck {
    /// The check of a row of these parts.
    ///
    /// Eight bytes at a time are mixed in by a multiplication, as in SplitMix64: against accidents,
    /// not against anybody.
    static func value(id: Int64, ranges: [UInt8], body: [UInt8]) -> Int64 {
        var state = UInt64(bitPattern: id)
        mix(ranges, into: &state)
        mix(body, into: &state)
        return Int64(bitPattern: state)
    }

    /// Whether the columns of a row of `tail` or `block` are as they were stored; of a row without
    /// a check, from the first version of the schema, that is taken on trust.
    static func holds(_ row: [Value]) -> Bool {
        guard row.count == 5, case .integer(let id) = row[0], case .blob(let ranges) = row[2],
            case .blob(let body) = row[3]
        else { return false }
        return holds(row[4], id: id, ranges: ranges, body: body)
    }

    /// A row of events as it stands in a table; where its check held, it holds there.
    static func row(_ row: [Value], in table: RowTable) -> [Value] {
        guard row.count == EventColumn.count, case .integer(let found) = row[EventColumn.id],
            case let id = RowID(stored: found).stored(in: table), id != found,
            case .blob(let ranges) = row[EventColumn.ranges],
            case .blob(let body) = row[EventColumn.body]
        else { return row }
        var moved = row
        moved[EventColumn.id] = .integer(id)
        if case .integer = row[EventColumn.mark], holds(row) {
            moved[EventColumn.mark] = .integer(value(id: id, ranges: ranges, body: body))
        }
        return moved
    }

    /// Whether a row's check is that of its parts.
    static func holds(_ check: Value, id: Int64, ranges: [UInt8], body: [UInt8]) -> Bool {
        switch check {
        case .null: true
        case .integer(let check): check == value(id: id, ranges: ranges, body: body)
        default: false
        }
    }

    private static func mix(_ bytes: [UInt8], into state: inout UInt64) {
        mix(UInt64(bytes.count), into: &state)
        unsafe bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                mix(UInt64(littleEndian: word), into: &state)
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < bytes.count {
                rest = unsafe rest << 8 | UInt64(bytes[offset])
                offset += 1
            }
            mix(rest, into: &state)
        }
    }

    private static func mix(_ word: UInt64, into state: inout UInt64) {
        state = (state ^ word) &* 0xBF58_476D_1CE4_E5B9
        state ^= state >> 29
    }
}
