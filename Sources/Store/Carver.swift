internal import Events

/// Finds rows of events in the pages of a damaged database, where SQL no longer finds its way.
///
/// A row is taken for one if its leaf page lists it, its columns are those of an event's row, and
/// its check holds. Nothing else that the file says is believed, and every chain ends.
struct Carver {
    private let pages: PageReader
    private var number: UInt32 = 1
    private var leaf: [UInt8] = []
    private var cell = 0
    private var cellCount = 0

    private static let pageBytes = Int(Schema.pageBytes)
    private static let leafType: UInt8 = 0x0D
    private static let leafHeaderBytes = 8
    /// The largest row is a request's: its events and what they are wrapped in.
    private static let rowBytesMax = UInt64(2 * Limits.requestBytes)
    init(_ pages: PageReader) { self.pages = pages }

    /// Begins at the first page again.
    mutating func rewind() { (number, cellCount) = (1, 0) }

    /// The next row that is whole, columns in the order of its table; nil at the file's end.
    mutating func next() -> [Value]? {
        while true {
            while cell < cellCount {
                cell += 1
                if let row = row(at: cell - 1), Self.isChecked(row), RowCheck.holds(row) {
                    return row
                }
            }
            guard goOn() else { return nil }
        }
    }

    /// Whether the row has a check at all: without one anything could be taken for a row.
    private static func isChecked(_ row: [Value]) -> Bool {
        guard row.count == EventColumn.count, case .integer = row[EventColumn.mark] else {
            return false
        }
        return true
    }

    /// The table that a row is of, which its leaf does not say, and the roots may be gone.
    static func table(of row: [Value]) -> RowTable {
        guard case .integer(0...)? = row.first, case .blob(let body) = row[EventColumn.body] else {
            return .tail
        }
        // Before version 4 ids in a tail were like those of blocks; but they had lines of JSON.
        return body.starts(with: sealedMark) ? .block : .tail
    }

    private static let sealedMark = Array("FFBK".utf8)

    /// Goes to the next leaf page; the first page of all is SQLite's own.
    private mutating func goOn() -> Bool {
        while number < pages.pageCount {
            number += 1
            guard !pages.isFree(number), let page = pages.page(number),
                page[0] == Self.leafType, let cells = page.bigEndian(at: 3, width: 2)
            else { continue }
            leaf = page
            cell = 0
            // Of a page that is none the pointers end with the page.
            cellCount = min(Int(cells), (Self.pageBytes - Self.leafHeaderBytes) / 2)
            return true
        }
        return false
    }

    /// The columns of a cell; nil if it is no event's row or its record is not there in full.
    private func row(at index: Int) -> [Value]? {
        let pointer = leaf.bigEndian(at: Self.leafHeaderBytes + 2 * index, width: 2)
        guard let pointer, pointer >= UInt64(Self.leafHeaderBytes + 2 * cellCount) else {
            return nil
        }
        var offset = Int(pointer)
        guard let length = leaf.variableLength(at: &offset), length <= Self.rowBytesMax,
            let key = leaf.variableLength(at: &offset)
        else { return nil }
        let count = Int(length)
        let local = Self.localBytes(count)
        guard offset + local <= leaf.count else { return nil }
        var record = Array(leaf[offset..<offset + local])
        guard let layout = RecordLayout(record, count: count) else { return nil }
        if local < count {
            let next = leaf.bigEndian(at: offset + local, width: 4)
            guard let next, follow(next, to: count, &record) else { return nil }
        }
        return layout.values(of: record, id: Int64(bitPattern: key))
    }

    /// How much of a record stands in its leaf: SQLite's file format, §1.6.
    private static func localBytes(_ count: Int) -> Int {
        let most = pageBytes - 35
        guard count > most else { return count }
        let least = (pageBytes - 12) * 32 / 255 - 23
        let local = least + (count - least) % (pageBytes - 4)
        return local <= most ? local : least
    }

    /// Reads the rest of a record from the pages of its chain; false where that breaks off.
    ///
    /// The record's length ends it, so that a chain that goes in a circle is left after a round.
    private func follow(_ first: UInt64, to count: Int, _ record: inout [UInt8]) -> Bool {
        var next = first
        record.reserveCapacity(count)
        while record.count < count {
            guard 2...UInt64(UInt32.max) ~= next, !pages.isFree(UInt32(next)),
                let page = pages.page(UInt32(next)),
                let following = page.bigEndian(at: 0, width: 4)
            else { return false }
            record += page[4..<4 + min(page.count - 4, count - record.count)]
            next = following
        }
        return true
    }
}
