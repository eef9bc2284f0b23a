internal import Events

/// Takes events' texts apart: the shape of each, and the values that fill it.
struct EventSplitter {
    /// A value, and the column that it belongs to.
    struct Value {
        /// A field of the tree; of an array's element −1 − its class.
        var field: Int32
        /// Where a string's or a raw value's bytes stand.
        var start: Int32
        var end: Int32
        /// A number's digits, a time, a boolean, a count of elements, or an element's shape.
        var number: Int64
        var decimals: UInt8
    }

    private static let valuesMost = 4096

    var tree = ShapeTree()
    private(set) var values: [Value] = []
    private var text: [UInt8] = []
    private var at = 0
    private var levels = 0
    /// The objects that are open, of all records that are being read.
    private var open: [Int32] = []

    /// Forgets everything and keeps the memory.
    mutating func clear() {
        tree.clear()
        values.removeAll(keepingCapacity: true)
    }

    /// Takes a text apart; the answer is its shape's number among those of events.
    ///
    /// A text that could not be put together again from its parts is one raw value.
    mutating func split(_ body: [UInt8], call: UInt8) -> Int {
        text = body
        at = 0
        levels = 0
        open.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        let root = tree.root(ofCall: call)
        if body.first == Line.openingBrace {
            let end = record(from: root, in: 0)
            if end >= 0, at == body.count,
                let shape = tree.shape(endingAt: end, of: 0, call: call)
            {
                return shape
            }
        }
        values.removeAll(keepingCapacity: true)
        return raw(body, call)
    }

    private mutating func raw(_ body: [UInt8], _ call: UInt8) -> Int {
        let (field, shape) = tree.raw(ofCall: call)
        values.append(
            Value(field: field, start: 0, end: Int32(body.count), number: 0, decimals: 0))
        return shape
    }

    /// Reads one value, the members of objects in it with it; −1 where it has no shape.
    private mutating func record(from root: Int32, in classIndex: Int) -> Int32 {
        let outside = open.count
        var node = value(from: root, in: Int32(-1 - classIndex), key: 0..<0)
        var isFirst = true
        while node >= 0, open.count > outside, let parent = open.last {
            guard at < text.count else { return -1 }
            if text[at] == Line.closingBrace {
                at += 1
                node = tree.end(from: node)
                open.removeLast()
                levels -= 1
                isFirst = false
                continue
            }
            if !isFirst {
                guard text[at] == UInt8(ascii: ",") else { return -1 }
                at += 1
            }
            guard at + 3 < text.count, text[at] == Line.quote,
                let keyEnd = ByteRun.endOfString(text, from: at + 1, before: text.count),
                keyEnd + 2 < text.count, text[keyEnd + 1] == UInt8(ascii: ":")
            else { return -1 }
            let key = at + 1..<keyEnd
            at = keyEnd + 2
            let depth = open.count
            node = value(from: node, in: parent, key: key)
            isFirst = open.count > depth
        }
        return node
    }

    /// Reads a value, or only the beginning of an object; −1 where it has no shape.
    private mutating func value(
        from node: Int32, in parent: Int32, key: Range<Int>
    ) -> Int32 {
        guard at < text.count, values.count < Self.valuesMost else { return -1 }
        switch text[at] {
        case Line.quote: return string(from: node, in: parent, key)
        case Line.openingBrace:
            guard levels < ColumnLimits.levels else { return -1 }
            at += 1
            levels += 1
            let next = tree.step(from: node, in: parent, key, .object, 0..<0, text)
            if next >= 0 { open.append(tree.nodes[Int(next)].field) }
            return next
        case UInt8(ascii: "["): return array(from: node, in: parent, key)
        case UInt8(ascii: "t"): return word("true", .boolean, 1, from: node, in: parent, key)
        case UInt8(ascii: "f"): return word("false", .boolean, 0, from: node, in: parent, key)
        case UInt8(ascii: "n"): return word("null", .null, 0, from: node, in: parent, key)
        default: return number(from: node, in: parent, key)
        }
    }

    private mutating func string(from node: Int32, in parent: Int32, _ key: Range<Int>) -> Int32 {
        guard let end = ByteRun.endOfString(text, from: at + 1, before: text.count) else {
            return -1
        }
        let range = at + 1..<end
        at = end + 1
        if range.count == TimeText.byteCount,
            let moment = TimeText.parse(text, at: range.lowerBound)
        {
            let next = tree.step(from: node, in: parent, key, .time, range, text)
            return add(next, number: moment)
        }
        let next = tree.step(from: node, in: parent, key, .string, range, text)
        // What is part of the shape has no column.
        if next >= 0, tree.type(of: next) == .constant { return next }
        return add(next, range)
    }

    private mutating func number(from node: Int32, in parent: Int32, _ key: Range<Int>) -> Int32 {
        let start = at
        while at < text.count, !Self.endsNumber(text[at]) { at += 1 }
        guard at > start else { return -1 }
        if let (mantissa, decimals) = NumberText.parse(text, start..<at) {
            let next = tree.step(from: node, in: parent, key, .number, 0..<0, text)
            return add(next, number: mantissa, decimals: UInt8(decimals))
        }
        return add(tree.step(from: node, in: parent, key, .raw, 0..<0, text), start..<at)
    }

    private static func endsNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), Line.closingBrace, Line.quote: true
        default: false
        }
    }

    private mutating func word(
        _ word: StaticString, _ type: FieldType, _ number: Int64, from node: Int32,
        in parent: Int32, _ key: Range<Int>
    ) -> Int32 {
        let count = word.utf8CodeUnitCount
        guard text.count - at >= count, ByteRun.isText(text, at..<at + count, word) else {
            return -1
        }
        at += count
        let next = tree.step(from: node, in: parent, key, type, 0..<0, text)
        return type == .null ? next : add(next, number: number)
    }

    private mutating func array(from node: Int32, in parent: Int32, _ key: Range<Int>) -> Int32 {
        let next = tree.step(from: node, in: parent, key, .array, 0..<0, text)
        guard next >= 0, levels < ColumnLimits.levels else { return -1 }
        at += 1
        levels += 1
        let place = values.count
        guard add(next, number: 0) >= 0 else { return -1 }
        let classIndex = Int(tree.fields[Int(tree.nodes[Int(next)].field)].column)
        var count: Int64 = 0
        while at < text.count, text[at] != UInt8(ascii: "]") {
            if count > 0 {
                guard text[at] == UInt8(ascii: ",") else { return -1 }
                at += 1
            }
            let root = tree.root(ofClass: classIndex)
            guard root >= 0 else { return -1 }
            // The shape's place comes before those of the values, which may hold arrays.
            let shapePlace = values.count
            values.append(
                Value(
                    field: Int32(-1 - classIndex), start: 0, end: 0, number: 0, decimals: 0))
            let end = record(from: root, in: classIndex)
            guard end >= 0, let shape = tree.shape(endingAt: end, of: classIndex, call: 0) else {
                return -1
            }
            values[shapePlace].number = Int64(shape)
            count += 1
        }
        guard at < text.count else { return -1 }
        at += 1
        levels -= 1
        values[place].number = count
        return next
    }

    @inline(__always)
    private mutating func add(_ node: Int32, _ range: Range<Int>) -> Int32 {
        add(node, range, number: 0, decimals: 0)
    }

    @inline(__always)
    private mutating func add(
        _ node: Int32, _ range: Range<Int> = 0..<0, number: Int64, decimals: UInt8 = 0
    ) -> Int32 {
        guard node >= 0, values.count < Self.valuesMost else { return -1 }
        values.append(
            Value(
                field: tree.nodes[Int(node)].field, start: Int32(range.lowerBound),
                end: Int32(range.upperBound), number: number, decimals: decimals))
        return node
    }
}
