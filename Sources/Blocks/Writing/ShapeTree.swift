internal import Events

/// The shapes of one block's records, as a tree: a path from a root is what stood in a record.
///
/// Fields, nodes and texts are bounded; what would exceed a bound has no shape.
struct ShapeTree: ~Copyable {
    /// Where an object stands, which says what its members are to the writer.
    enum Area: UInt8 { case other, top, context, properties }

    /// One member of one object, of one type; also what an array's elements or an event are.
    struct Field {
        /// An object, or −1 − the class whose records it is.
        var parent: Int32
        var type: FieldType
        var group: UInt8
        /// Of an object: where its members stand.
        var area: Area
        /// Objects and arrays around it, with it where it is one.
        var level: Int32
        var keyStart: Int32
        var keyCount: Int32
        /// Its column among those of its type; of an array the class of its elements.
        var column: Int32
        /// The field that its parent got before it; −1 at the first.
        var sibling: Int32
        var lastMember: Int32 = -1
    }

    /// One step of a path; of an object's end the field is −1.
    struct Node {
        var field: Int32
        var constant: Int32
        var parent: Int32
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
        var latestChild: Int32 = -1
        /// The shape that ends here, among those of its class; −1 where none does.
        var shape: Int32 = -1
    }

    /// A path that was gone to its end.
    struct Shape {
        var node: Int32
        /// Kind, stage and quality of its events; 0 of elements.
        var call: UInt8
        /// A bit for each group in use.
        var groups: UInt8
    }

    /// The records that stand at one place.
    struct Class {
        var shapes: [Shape] = []
        var root: Int32 = -1
        /// The field that was found last for what a whole record is; −1 at first.
        var lastField: Int32 = -1
        /// Objects and arrays around its records.
        var level: Int32 = 0
    }

    private static let fieldsMost = 4096
    private static let nodesMost = 16_384
    // The shapes of events that are one raw value are not counted: there are 256 at most.
    private static let shapesMost = ColumnLimits.shapes / 2
    private static let stepsMost = ColumnLimits.steps / 2
    private static let textBytesMost = 64 << 10
    private static let constantsMost = 128
    private static let constantBytesMost = 64

    private(set) var fields: [Field] = []
    private(set) var nodes: [Node] = []
    /// Keys and constants, one after the other.
    private(set) var texts: [UInt8] = []
    private(set) var constants: [(start: Int32, count: Int32)] = []
    private(set) var classes: [Class] = [Class()]
    /// Counts the columns of each type.
    private(set) var columnCounts = [Int32](repeating: 0, count: 16)
    private var stepCount = 0
    private var shapeCount = 0
    private var eventRoots = [Int32](repeating: -1, count: 256)

    /// Forgets everything and keeps the memory.
    mutating func clear() {
        fields.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        constants.removeAll(keepingCapacity: true)
        classes.removeLast(classes.count - 1)
        classes[0].shapes.removeAll(keepingCapacity: true)
        classes[0].lastField = -1
        (stepCount, shapeCount) = (0, 0)
        for index in columnCounts.indices { columnCounts[index] = 0 }
        for index in eventRoots.indices { eventRoots[index] = -1 }
    }

    /// Where the events of one call begin.
    mutating func root(ofCall call: UInt8) -> Int32 {
        if eventRoots[Int(call)] < 0 {
            eventRoots[Int(call)] = appendNode(field: -1, -1, parent: -1)
        }
        return eventRoots[Int(call)]
    }

    /// The field and the shape of an event that is one raw value; there is always room for it.
    mutating func raw(ofCall call: UInt8) -> (field: Int32, shape: Int) {
        let root = root(ofCall: call)
        var node = nodes[Int(root)].firstChild
        while node >= 0, type(of: node) != .raw { node = nodes[Int(node)].nextSibling }
        if node < 0 { node = makeRaw(root) }
        let known = Int(nodes[Int(node)].shape)
        return (
            nodes[Int(node)].field,
            known >= 0 ? known : appendShape(endingAt: node, of: 0, call)
        )
    }

    private mutating func makeRaw(_ root: Int32) -> Int32 {
        var field = classes[0].lastField
        while field >= 0, fields[Int(field)].type != .raw { field = fields[Int(field)].sibling }
        if field < 0 { field = appendField(in: -1, 0..<0, .raw, []) }
        return appendNode(field: field, -1, parent: root)
    }

    /// What a node's field is; nil of a beginning and of an object's end.
    @inline(__always)
    func type(of node: Int32) -> FieldType? {
        let field = nodes[Int(node)].field
        return field < 0 ? nil : fields[Int(field)].type
    }

    /// Where an array's elements begin; −1 without room.
    mutating func root(ofClass index: Int) -> Int32 {
        if classes[index].root < 0 { classes[index].root = addNode(field: -1, -1, parent: -1) }
        return classes[index].root
    }

    /// The step from a node to the end of the open object; −1 without room.
    @inline(__always)
    mutating func end(from node: Int32) -> Int32 {
        let latest = nodes[Int(node)].latestChild
        if latest >= 0, nodes[Int(latest)].field < 0 { return latest }
        var child = nodes[Int(node)].firstChild
        while child >= 0, nodes[Int(child)].field >= 0 { child = nodes[Int(child)].nextSibling }
        if child < 0 { return addNode(field: -1, -1, parent: node) }
        nodes[Int(node)].latestChild = child
        return child
    }

    /// The step from a node to a member of the open object `parent`, or to a record's only value,
    /// where it is −1 − its class; −1 without room.
    @inline(__always)
    mutating func step(
        from node: Int32, in parent: Int32, _ key: Range<Int>, _ type: FieldType, _ text: [UInt8]
    ) -> Int32 {
        let latest = nodes[Int(node)].latestChild
        if latest >= 0, isStep(latest, key, type, text) { return latest }
        return otherStep(from: node, in: parent, key, type, text)
    }

    private mutating func otherStep(
        from node: Int32, in parent: Int32, _ key: Range<Int>, _ type: FieldType, _ text: [UInt8]
    ) -> Int32 {
        var child = nodes[Int(node)].firstChild
        while child >= 0 {
            if isStep(child, key, type, text) {
                nodes[Int(node)].latestChild = child
                return child
            }
            child = nodes[Int(child)].nextSibling
        }
        let field = field(in: parent, key, type, text)
        return field < 0 ? -1 : addNode(field: field, -1, parent: node)
    }

    @inline(__always)
    private func isStep(
        _ index: Int32, _ key: Range<Int>, _ type: FieldType, _ text: [UInt8]
    ) -> Bool {
        let field = nodes[Int(index)].field
        return field >= 0 && fields[Int(field)].type == type && isKey(fields[Int(field)], key, text)
    }

    @inline(__always)
    private func isKey(_ field: Field, _ key: Range<Int>, _ text: [UInt8]) -> Bool {
        Int(field.keyCount) == key.count
            && ByteRun.isEqual(text, key, texts, at: Int(field.keyStart))
    }

    /// Whether strings of a key belong to the shape, if they are few and short.
    func mayBeConstant(_ key: Range<Int>, in parent: Int32, _ text: [UInt8]) -> Bool {
        parent >= 0 && fields[Int(parent)].area == .top && isConstant(text, key)
    }

    /// The step to a constant; nil where the string cannot become one, −1 without room.
    mutating func constantStep(
        from node: Int32, in parent: Int32, _ key: Range<Int>, _ value: Range<Int>,
        _ text: [UInt8]
    ) -> Int32? {
        guard value.count <= Self.constantBytesMost, let constant = constant(value, text) else {
            return nil
        }
        var child = nodes[Int(node)].firstChild
        while child >= 0 {
            if nodes[Int(child)].constant == constant, isStep(child, key, .constant, text) {
                nodes[Int(node)].latestChild = child
                return child
            }
            child = nodes[Int(child)].nextSibling
        }
        let field = field(in: parent, key, .constant, text)
        return field < 0 ? -1 : addNode(field: field, constant, parent: node)
    }

    private mutating func addNode(field: Int32, _ constant: Int32, parent: Int32) -> Int32 {
        nodes.count < Self.nodesMost ? appendNode(field: field, constant, parent: parent) : -1
    }

    private mutating func appendNode(field: Int32, _ constant: Int32, parent: Int32) -> Int32 {
        let index = Int32(nodes.count)
        var node = Node(field: field, constant: constant, parent: parent)
        if parent >= 0 {
            node.nextSibling = nodes[Int(parent)].firstChild
            nodes[Int(parent)].firstChild = index
            nodes[Int(parent)].latestChild = index
        }
        nodes.append(node)
        return index
    }

    /// The field of a key and type in an object, made where there is none; −1 without room.
    private mutating func field(
        in parent: Int32, _ key: Range<Int>, _ type: FieldType, _ text: [UInt8]
    ) -> Int32 {
        var known =
            parent < 0 ? classes[Int(-1 - parent)].lastField : fields[Int(parent)].lastMember
        while known >= 0 {
            if fields[Int(known)].type == type, isKey(fields[Int(known)], key, text) {
                return known
            }
            known = fields[Int(known)].sibling
        }
        let level =
            parent < 0 ? classes[Int(-1 - parent)].level : fields[Int(parent)].level
        guard fields.count < Self.fieldsMost, texts.count + key.count <= Self.textBytesMost,
            Int(level) < ColumnLimits.levels || (type != .object && type != .array)
        else { return -1 }
        return appendField(in: parent, key, type, text)
    }

    private mutating func appendField(
        in parent: Int32, _ key: Range<Int>, _ type: FieldType, _ text: [UInt8]
    ) -> Int32 {
        let index = Int32(fields.count)
        let level = parent < 0 ? classes[Int(-1 - parent)].level : fields[Int(parent)].level
        fields.append(
            Field(
                parent: parent, type: type, group: group(of: key, type, in: parent, text),
                area: area(of: key, in: parent, text),
                level: level + (type == .object || type == .array ? 1 : 0),
                keyStart: Int32(texts.count),
                keyCount: Int32(key.count), column: columnCounts[Int(type.rawValue)],
                sibling: parent < 0
                    ? classes[Int(-1 - parent)].lastField : fields[Int(parent)].lastMember))
        columnCounts[Int(type.rawValue)] += 1
        texts += text[key]
        if parent < 0 {
            classes[Int(-1 - parent)].lastField = index
        } else {
            fields[Int(parent)].lastMember = index
        }
        if type == .array {
            fields[Int(index)].column = Int32(classes.count)
            classes.append(Class(level: level + 1))
        }
        return index
    }

    /// The number of a constant among all of the block; nil without room.
    private mutating func constant(_ value: Range<Int>, _ text: [UInt8]) -> Int32? {
        for index in constants.indices {
            let known = constants[index]
            if Int(known.count) == value.count,
                ByteRun.isEqual(text, value, texts, at: Int(known.start))
            {
                return Int32(index)
            }
        }
        guard constants.count < Self.constantsMost,
            texts.count + value.count <= Self.textBytesMost
        else { return nil }
        constants.append((Int32(texts.count), Int32(value.count)))
        texts += text[value]
        return Int32(constants.count - 1)
    }

    /// The groups in use of a shape of events, a bit for each.
    @inline(__always)
    func groups(ofEventShape shape: Int) -> UInt8 { classes[0].shapes[shape].groups }

    private func stepCount(to end: Int32) -> Int {
        var count = 0
        var node = nodes[Int(end)].parent
        while node >= 0 {
            count += 1
            node = nodes[Int(node)].parent
        }
        return count
    }

    /// The shape of a path of a class that ends at a node, made at its first end; nil without room.
    @inline(__always)
    mutating func shape(endingAt node: Int32, of classIndex: Int, call: UInt8) -> Int? {
        let known = nodes[Int(node)].shape
        return known >= 0 ? Int(known) : makeShape(endingAt: node, of: classIndex, call)
    }

    private mutating func makeShape(
        endingAt node: Int32, of classIndex: Int, _ call: UInt8
    ) -> Int? {
        let steps = stepCount(to: node)
        guard stepCount + steps <= Self.stepsMost, shapeCount < Self.shapesMost else { return nil }
        stepCount += steps
        shapeCount += 1
        return appendShape(endingAt: node, of: classIndex, call)
    }

    private mutating func appendShape(
        endingAt node: Int32, of classIndex: Int, _ call: UInt8
    ) -> Int {
        let shape = Shape(
            node: node, call: call, groups: classIndex == 0 ? groups(onPathTo: node) : 0)
        classes[classIndex].shapes.append(shape)
        nodes[Int(node)].shape = Int32(classes[classIndex].shapes.count - 1)
        return classes[classIndex].shapes.count - 1
    }
}
