/// Where the columns of an event's row stand in its record.
struct RecordLayout {
    private var columns: [(start: Int, count: Int, type: UInt64)] = []

    /// Reads the header of a record of `count` bytes; nil unless its columns are an event row's and
    /// fill it exactly.
    init?(_ record: [UInt8], count: Int) {
        var offset = 0
        guard let header = record.variableLength(at: &offset), header <= UInt64(record.count)
        else { return nil }
        var start = Int(header)
        for column in 0..<EventColumn.count {
            guard let type = record.variableLength(at: &offset), offset <= Int(header),
                let width = Self.byteCount(type, of: column), width <= count - start
            else { return nil }
            columns.append((start, width, type))
            start += width
        }
        guard offset == Int(header), start == count else { return nil }
    }

    /// The bytes of a value of a serial type; nil if it is not the column's.
    private static func byteCount(_ type: UInt64, of column: Int) -> Int? {
        switch type {
        case 0: column == EventColumn.id ? 0 : nil
        case 1...4 where EventColumn.isNumber(column): Int(type)
        case 5 where EventColumn.isNumber(column): 6
        case 6 where EventColumn.isNumber(column): 8
        case 8...9 where EventColumn.isNumber(column): 0
        case 12...UInt64(Int32.max)
        where type & 1 == 0 && column != EventColumn.id && !EventColumn.isNumber(column):
            Int((type - 12) / 2)
        default: nil
        }
    }

    /// The values of the whole record.
    func values(of record: [UInt8], id: Int64) -> [Value]? {
        var values: [Value] = []
        for (column, place) in columns.enumerated() {
            if column == EventColumn.id {
                values.append(.integer(id))
            } else if !EventColumn.isNumber(column) {
                guard place.start + place.count <= record.count else { return nil }
                values.append(.blob(Array(record[place.start..<place.start + place.count])))
            } else if place.count == 0 {
                values.append(.integer(Int64(place.type) - 8))
            } else {
                guard let number = record.bigEndian(at: place.start, width: place.count)
                else { return nil }
                let shift = Int64(64 - 8 * place.count)
                values.append(.integer((Int64(bitPattern: number) << shift) >> shift))
            }
        }
        return values
    }
}
