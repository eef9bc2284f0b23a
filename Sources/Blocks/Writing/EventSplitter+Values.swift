internal import Events

/// Values that have columns.
extension EventSplitter {
    /// Reads a value that has a column; −1 where it has no shape.
    mutating func value(
        from node: Int32, in parent: Int32, _ key: Range<Int>
    ) -> Int32 {
        guard values.count < Self.valuesMost else { return -1 }
        switch text[at] {
        case Line.quote: return string(from: node, in: parent, key)
        case UInt8(ascii: "["): return array(from: node, in: parent, key)
        case UInt8(ascii: "t"): return word("true", 1, from: node, in: parent, key)
        case UInt8(ascii: "f"): return word("false", 0, from: node, in: parent, key)
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
            return add(tree.step(from: node, in: parent, key, .time, text), number: moment)
        }
        return add(tree.step(from: node, in: parent, key, .string, text), range)
    }

    private mutating func number(from node: Int32, in parent: Int32, _ key: Range<Int>) -> Int32 {
        let start = at
        while at < text.count, !Self.endsNumber(text[at]) { at += 1 }
        guard at > start else { return -1 }
        if let (mantissa, decimals) = NumberText.parse(text, start..<at) {
            let next = tree.step(from: node, in: parent, key, .number, text)
            return add(next, number: mantissa, decimals: UInt8(decimals))
        }
        return add(tree.step(from: node, in: parent, key, .raw, text), start..<at)
    }

    private static func endsNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), Line.closingBrace, Line.quote: true
        default: false
        }
    }

    private mutating func word(
        _ word: StaticString, _ number: Int64, from node: Int32, in parent: Int32,
        _ key: Range<Int>
    ) -> Int32 {
        guard isWord(word) else { return -1 }
        at += word.utf8CodeUnitCount
        return add(tree.step(from: node, in: parent, key, .boolean, text), number: number)
    }

    func isWord(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        return text.count - at >= count && ByteRun.isText(text, at..<at + count, word)
    }

    private mutating func array(from node: Int32, in parent: Int32, _ key: Range<Int>) -> Int32 {
        let next = tree.step(from: node, in: parent, key, .array, text)
        guard next >= 0 else { return -1 }
        at += 1
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
