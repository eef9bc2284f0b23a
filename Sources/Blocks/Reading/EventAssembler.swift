internal import Events

/// Puts a block's events together from its columns.
///
/// Nothing is made that is larger than what the frame states.
struct EventAssembler {
    /// A group's tuples, each the texts of its values one after the other.
    struct Tuples {
        var column = ReadColumn()
        var texts: [UInt8] = []
        var ends: [Int] = []
        /// Of each tuple: the shape that it came with, and where its first value is in `ends`.
        var made: [(shape: Int, first: Int)] = []
    }

    /// How an event's group is to be taken: from a tuple, or into a new one.
    struct Taken {
        var isNew = false
        var next = 0
    }

    var sections: ReadSections
    let shapes: ReadShapes
    let lane: Lane
    let bytesMax: Int
    var columns: [[ReadColumn]] = []
    var shapeColumns: [ReadColumn] = []
    var tuples = [Tuples](repeating: Tuples(), count: ColumnLimits.groups)
    var taken = [Taken](repeating: Taken(), count: ColumnLimits.groups)
    var envelopes: [Envelope]
    /// How many events there are, and how many elements all arrays of a class have.
    private var recordCounts: [Int] = []
    private var valueCount = 0
    var out: [UInt8] = []
    var byteCount = 0

    struct Envelope {
        var sequence: UInt32
        var wall: Int64 = 0
        var mono: Int64 = 0
        var producer: UInt64 = 0
    }

    /// Reads all columns.
    init(
        _ sections: consuming ReadSections, eventCount: Int, lane: Lane, bytesMax: Int
    ) throws(BlockError) {
        var sections = sections
        shapes = try ReadShapes(&sections)
        self.lane = lane
        self.bytesMax = bytesMax
        envelopes = try Self.readEnvelopes(eventCount, &sections)
        self.sections = sections
        recordCounts = [Int](repeating: 0, count: shapes.classes.count)
        recordCounts[0] = eventCount
        for index in shapes.classes.indices { try readColumns(ofClass: index) }
        try self.sections.finish()
    }

    private static func readEnvelopes(
        _ count: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> [Envelope] {
        guard 3 * count <= sections.numbers.remaining else { throw .section(.numbers) }
        var envelopes: [Envelope] = []
        envelopes.reserveCapacity(count)
        var next: UInt64 = 0
        for index in 0..<count {
            let (sequence, isOver) = next.addingReportingOverflow(try sections.numbers.unsigned())
            guard !isOver, sequence <= UInt64(Limits.sequenceLast) else {
                throw .order(line: index + 1)
            }
            envelopes.append(Envelope(sequence: UInt32(sequence)))
            next = sequence + 1
        }
        var wall: Int64 = 0
        for index in envelopes.indices {
            wall = wall &+ (try sections.numbers.signed())
            envelopes[index].wall = wall
        }
        var difference: Int64 = 0
        for index in envelopes.indices {
            difference = difference &+ (try sections.numbers.signed())
            envelopes[index].mono = envelopes[index].wall &+ difference
        }
        var producerCount = 0
        var codes = try ReadColumn.codes(count, &sections, count: &producerCount)
        var producers: [UInt64] = []
        for _ in 0..<producerCount { producers.append(try sections.stored.bigEndian()) }
        for index in envelopes.indices { envelopes[index].producer = producers[Int(codes.next())] }
        return envelopes
    }

    private mutating func readColumns(ofClass index: Int) throws(BlockError) {
        let ofClass = shapes.classes[index]
        var usedCount = 0
        let shapeColumn = try ReadColumn.codes(recordCounts[index], &sections, count: &usedCount)
        guard usedCount == ofClass.shapes.count else { throw .shape }
        // Of each shape: how many records have it, and how many of them with a new tuple.
        var uses = [[Int]](
            repeating: [Int](repeating: 0, count: ofClass.shapes.count),
            count: 1 + ColumnLimits.groups)
        for value in shapeColumn.values { uses[0][Int(value)] += 1 }
        if index == 0 { try readTuples(shapeColumn, &uses) }
        var counts = [Int](repeating: 0, count: ofClass.fields.count)
        for (number, shape) in ofClass.shapes.enumerated() {
            for part in shape.parts where part.field >= 0 {
                let group = Int(ofClass.fields[part.field].group)
                let isTuple = group > 0 && shape.groups & 1 << UInt8(group - 1) != 0
                counts[part.field] += uses[isTuple ? group : 0][number]
                guard counts[part.field] <= ColumnLimits.values else { throw .limit }
            }
        }
        var fieldColumns: [ReadColumn] = []
        fieldColumns.reserveCapacity(ofClass.fields.count)
        for (field, count) in zip(ofClass.fields, counts) {
            try take(count)
            let column = try ReadColumn.field(
                field, count, &sections, firstWall: envelopes[0].wall)
            if field.type == .array {
                for value in column.values {
                    try take(Int(value))
                    recordCounts[field.elements] += Int(value)
                }
            }
            fieldColumns.append(column)
        }
        shapeColumns.append(shapeColumn)
        columns.append(fieldColumns)
    }

    /// Every value takes a byte of an event's text at least.
    private mutating func take(_ count: Int) throws(BlockError) {
        valueCount += count
        guard valueCount <= min(bytesMax, ColumnLimits.values) else { throw .limit }
    }

    private mutating func readTuples(
        _ shapeColumn: ReadColumn, _ uses: inout [[Int]]
    ) throws(BlockError) {
        let events = shapes.classes[0].shapes
        for group in 0..<ColumnLimits.groups {
            let owners = shapeColumn.values.filter { events[Int($0)].groups & 1 << group != 0 }
            var count = 0
            let column = try ReadColumn.codes(owners.count, &sections, count: &count)
            tuples[group].column = column
            var known = 0
            for (value, shape) in zip(column.values, owners) where value == known {
                known += 1
                uses[group + 1][Int(shape)] += 1
            }
        }
    }
}
