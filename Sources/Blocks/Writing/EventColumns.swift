internal import Events

/// The columns of the events of one block, made one event after the other.
///
/// What it holds is bounded by the block's limits; it keeps its memory for the next block.
struct EventColumns: ~Copyable {
    // Seeds for what shares the table of strings, beyond all fields.
    private static let producerSeed: UInt32 = 1 << 20
    private static let tupleSeed: UInt32 = 1 << 21

    var splitter = EventSplitter()
    private var table = StringTable()
    var strings: [StringColumn] = []
    var raws: [StringColumn] = []
    var numbers: [NumberColumn] = []
    var times: [TimeColumn] = []
    var booleans: [BitColumn] = []
    /// Of the events, then of each array's elements.
    var shapes: [ShapeColumn] = [ShapeColumn()]
    /// How many elements, of each array.
    var counts: [[UInt8]] = [[]]
    var tuples = [TupleColumn](repeating: TupleColumn(), count: ColumnLimits.groups)
    var producers = StringColumn()
    /// Sequence, wall and mono of all events.
    var sequences: [UInt8] = []
    var walls: [UInt8] = []
    var monos: [UInt8] = []
    private(set) var eventCount = 0
    private(set) var bodyBytes = 0
    private(set) var nextSequence: UInt32 = 0
    private var firstWall: Int64 = 0
    private var lastWall: Int64 = 0
    private var lastMono: Int64 = 0
    private var producerKey: [UInt8] = []
    private var lastProducer: UInt64 = 0

    /// Makes all columns empty.
    mutating func clear() {
        splitter.clear()
        table.clear()
        for index in strings.indices { strings[index].clear() }
        for index in raws.indices { raws[index].clear() }
        for index in numbers.indices { numbers[index].clear() }
        for index in times.indices { times[index].clear() }
        for index in booleans.indices { booleans[index].clear() }
        for index in shapes.indices { shapes[index].clear() }
        for index in counts.indices { counts[index].empty() }
        for index in tuples.indices { tuples[index].clear() }
        producers.clear()
        sequences.empty()
        walls.empty()
        monos.empty()
        (eventCount, bodyBytes, nextSequence) = (0, 0, 0)
        (firstWall, lastWall, lastMono) = (0, 0, 0)
    }

    /// Gives up what served to find values again: nothing is appended any more before `clear`.
    mutating func release() {
        splitter.release()
        table.release()
        for index in tuples.indices { tuples[index].release() }
    }

    /// Appends an event, whose sequence is above that of the one before.
    mutating func append(_ event: borrowing Event) {
        let call = BlockCall.byte(event.kind, event.stage, event.time.quality)
        let shape = splitter.split(event.body, call: call)
        makeColumns()
        appendEnvelope(event)
        shapes[0].append(shape)
        let groups = splitter.tree.groups(ofEventShape: shape)
        let settled = groups == 0 ? 0 : appendTuples(groups, event.body)
        for index in 0..<splitter.values.count {
            append(splitter.values[index], settled: settled, groups, event)
        }
        eventCount += 1
        bodyBytes += event.body.count
    }

    /// As many columns as the tree has fields for.
    private mutating func makeColumns() {
        let counts = splitter.tree.columnCounts
        func count(_ type: FieldType) -> Int { Int(counts[Int(type.rawValue)]) }
        while strings.count < count(.string) { strings.append(StringColumn()) }
        while raws.count < count(.raw) { raws.append(StringColumn()) }
        while numbers.count < count(.number) { numbers.append(NumberColumn()) }
        while times.count < count(.time) { times.append(TimeColumn()) }
        while booleans.count < count(.boolean) { booleans.append(BitColumn()) }
        while shapes.count < splitter.tree.classes.count { shapes.append(ShapeColumn()) }
        while self.counts.count < splitter.tree.classes.count { self.counts.append([]) }
    }

    private mutating func appendEnvelope(_ event: borrowing Event) {
        let wall = event.time.wallMilliseconds
        if eventCount == 0 { firstWall = wall }
        sequences.append(unsigned: UInt64(event.sequence - nextSequence))
        nextSequence = event.sequence + 1
        walls.append(signed: wall &- lastWall)
        lastWall = wall
        let mono = event.time.monotonic.milliseconds &- wall
        monos.append(signed: mono &- lastMono)
        lastMono = mono
        if eventCount == 0 || event.producer != lastProducer {
            producerKey.empty()
            producerKey.append(bigEndian: event.producer)
            lastProducer = event.producer
        }
        _ = producers.append(producerKey, 0..<8, column: Self.producerSeed, &table)
    }

    /// Appends the event's values of each group as one; the answer has the bits of those groups
    /// whose values were together before.
    private mutating func appendTuples(_ groups: UInt8, _ text: [UInt8]) -> UInt8 {
        var settled: UInt8 = 0
        for group in 1...UInt8(ColumnLimits.groups) where groups & 1 << (group - 1) != 0 {
            let isNew = tuples[Int(group) - 1].append(
                group, of: splitter, text, seed: UInt64(Self.tupleSeed) + UInt64(group), &table)
            if !isNew { settled |= 1 << (group - 1) }
        }
        return settled
    }

    private mutating func append(
        _ value: EventSplitter.Value, settled: UInt8, _ groups: UInt8, _ event: borrowing Event
    ) {
        guard value.field >= 0 else {
            shapes[Int(-1 - value.field)].append(Int(value.number))
            return
        }
        let field = splitter.tree.fields[Int(value.field)]
        if field.group != 0, settled & 1 << (field.group - 1) != 0 { return }
        let column = Int(field.column)
        let wall = event.time.wallMilliseconds
        let range = Int(value.start)..<Int(value.end)
        switch field.type {
        case .string:
            let isNew = strings[column].append(
                event.body, range, column: UInt32(value.field), &table)
            if isNew { strings[column].weigh(wall: wall) }
        case .raw:
            _ = raws[column].append(event.body, range, column: UInt32(value.field), &table)
        case .number:
            numbers[column].append(
                value.number, decimals: Int(value.decimals), sequence: event.sequence)
        case .time: times[column].append(value.number, wall: wall, firstWall: firstWall)
        case .boolean: booleans[column].append(value.number != 0)
        case .array: counts[column].append(unsigned: UInt64(value.number))
        case .object, .null, .constant: break
        }
    }
}

/// The shapes of one class's records, numbered as they are met.
struct ShapeColumn {
    private(set) var codes = CodeColumn()
    /// The tree's shapes in this order.
    private(set) var used: [Int32] = []
    private var numbers: [Int32] = []

    mutating func clear() {
        codes.clear()
        used.empty()
        numbers.empty()
    }

    @inline(__always)
    mutating func append(_ shape: Int) {
        while numbers.count <= shape { numbers.append(-1) }
        if numbers[shape] < 0 {
            numbers[shape] = Int32(used.count)
            used.append(Int32(shape))
        }
        codes.append(numbers[shape])
    }
}
