internal import Events

/// Takes events' texts apart: the shape of each, and the values that fill it.
struct EventSplitter: ~Copyable {
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

    static let valuesMost = 4096
    private static let blockValuesMost = ColumnLimits.values / 2

    var tree = ShapeTree()
    private var runs = ShapeRuns()
    var values: [Value] = []
    /// Of all events since the last `clear`.
    private var blockValueCount = 0
    var text: [UInt8] = []
    var at = 0

    /// Forgets everything and keeps the memory.
    mutating func clear() {
        tree.clear()
        runs.clear()
        blockValueCount = 0
        values.removeAll(keepingCapacity: true)
    }

    /// Gives up what is not part of the shapes; it is to be cleared before it is used again.
    mutating func release() {
        runs = ShapeRuns()
        values = []
        text = []
    }

    /// Goes over the values of a group, and says whether they are strings, until `body` is false.
    @discardableResult
    @inline(__always)
    func forEach(of group: UInt8, _ body: (Value, _ isString: Bool) -> Bool) -> Bool {
        for index in 0..<values.count {
            let value = values[index]
            guard value.field >= 0, case let field = tree.fields[Int(value.field)],
                field.group == group
            else { continue }
            if !body(value, field.type == .string || field.type == .raw) { return false }
        }
        return true
    }

    /// Takes a text apart; the answer is its shape's number among those of events.
    ///
    /// A text that could not be put together again from its parts is one raw value.
    mutating func split(_ body: [UInt8], call: UInt8) -> Int {
        text = body
        at = 0
        values.removeAll(keepingCapacity: true)
        let root = tree.root(ofCall: call)
        if body.first == Line.openingBrace {
            let end = record(from: root, in: 0)
            if end >= 0, at == body.count,
                blockValueCount + values.count <= Self.blockValuesMost,
                let shape = tree.shape(endingAt: end, of: 0, call: call)
            {
                blockValueCount += values.count
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

    /// Where the next value of a record is to be read, or its end.
    private struct Cursor {
        var node: Int32
        /// The innermost open object; outside of all −1 − the record's class.
        var parent: Int32
        var key: Range<Int>
        /// Whether key and colon have been read.
        var isAtValue: Bool
    }

    private enum Place { case value, end, nowhere }

    /// Reads one value, the members of objects in it with it; −1 where it has no shape.
    mutating func record(from root: Int32, in classIndex: Int) -> Int32 {
        var cursor = Cursor(
            node: root, parent: Int32(-1 - classIndex), key: 0..<0, isAtValue: true)
        while true {
            switch advance(&cursor) {
            case .nowhere: return -1
            case .end: return cursor.node
            case .value: break
            }
            cursor.node = value(from: cursor.node, in: cursor.parent, cursor.key)
            if cursor.node < 0 || cursor.parent < 0 { return cursor.node }
            cursor.isAtValue = false
        }
    }

    /// Passes over all that is part of the shape: mostly what came there the last time.
    @inline(__always)
    private mutating func advance(_ cursor: inout Cursor) -> Place {
        let from = cursor.node
        if let run = runs.run(after: from, text, at: at) {
            at += Int(run.count)
            cursor.node = run.node
            cursor.parent = run.parent
            guard run.keyCount >= 0 else { return .end }
            cursor.key = at - 2 - Int(run.keyCount)..<at - 2
            // A shorter run may be the beginning of what stands here.
            guard at < text.count else { return .nowhere }
            guard text[at] == Line.openingBrace || text[at] == UInt8(ascii: "n") else {
                return .value
            }
            cursor.isAtValue = true
            return passShape(&cursor)
        }
        let start = at
        let place = passShape(&cursor)
        if place != .nowhere, at > start {
            runs.append(
                after: from, text, start..<at, to: cursor.node, in: cursor.parent,
                keyCount: place == .end ? -1 : cursor.key.count)
        }
        return place
    }

    private mutating func passShape(_ cursor: inout Cursor) -> Place {
        while at < text.count {
            if cursor.isAtValue {
                guard let next = shapeStep(cursor) else { return .value }
                guard next >= 0 else { return .nowhere }
                cursor.node = next
                if tree.type(of: next) == .object {
                    cursor.parent = tree.nodes[Int(next)].field
                } else if cursor.parent < 0 {
                    return .end
                }
                cursor.isAtValue = false
            } else if text[at] == Line.closingBrace {
                at += 1
                cursor.node = tree.end(from: cursor.node)
                guard cursor.node >= 0 else { return .nowhere }
                cursor.parent = tree.fields[Int(cursor.parent)].parent
                if cursor.parent < 0 { return .end }
            } else {
                if tree.nodes[Int(cursor.node)].field != cursor.parent {
                    guard text[at] == UInt8(ascii: ",") else { return .nowhere }
                    at += 1
                }
                guard let key = key(after: cursor.node) else { return .nowhere }
                at = key.upperBound + 2
                cursor.key = key
                cursor.isAtValue = true
            }
        }
        return .nowhere
    }

    /// Reads what is part of the shape: an object's beginning, `null` or a constant; nil where
    /// another value stands, −1 without room.
    private mutating func shapeStep(_ cursor: borrowing Cursor) -> Int32? {
        let (node, parent) = (cursor.node, cursor.parent)
        switch text[at] {
        case Line.openingBrace:
            at += 1
            return tree.step(from: node, in: parent, cursor.key, .object, text)
        case UInt8(ascii: "n"):
            guard isWord("null") else { return -1 }
            at += 4
            return tree.step(from: node, in: parent, cursor.key, .null, text)
        case Line.quote where tree.mayBeConstant(cursor.key, in: parent, text):
            guard let end = ByteRun.endOfString(text, from: at + 1, before: text.count) else {
                return -1
            }
            let next = tree.constantStep(from: node, in: parent, cursor.key, at + 1..<end, text)
            if next != nil { at = end + 1 }
            return next
        default: return nil
        }
    }

    /// The key that stands here, with its quotation marks and a colon; nil if none does.
    private func key(after node: Int32) -> Range<Int>? {
        guard at + 3 < text.count, text[at] == Line.quote,
            let end = ByteRun.endOfString(text, from: at + 1, before: text.count),
            end + 2 < text.count, text[end + 1] == UInt8(ascii: ":")
        else { return nil }
        return at + 1..<end
    }
}
