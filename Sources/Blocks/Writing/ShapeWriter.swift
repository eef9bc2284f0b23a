internal import Events

/// Writes the shapes of a block's records and says in which order their columns come.
struct ShapeWriter {
    /// Classes of the tree, as they are met.
    private(set) var classes: [Int] = [0]
    /// The fields of each class, as they are met.
    private(set) var fields: [[Int32]] = []
    /// The groups in use of the events.
    private(set) var groups: UInt8 = 0

    /// Stands for an object's end where fields stand.
    private static let end: Int32 = -1
    private static let unknown: Int32 = -2

    /// Of each of the tree's fields: its number in its class, or −1.
    private var numbers: [Int32]
    /// What came last: at the beginning, behind each field, and behind each object's end.
    private var successors: [Int32]
    /// Of each field that has constants: which, in the order of their first coming.
    private var constants: [(field: Int32, known: [Int32], codes: CodeColumn)] = []

    init(_ tree: borrowing ShapeTree) {
        numbers = [Int32](repeating: -1, count: tree.fields.count)
        successors = [Int32](repeating: Self.unknown, count: 2 * tree.fields.count + 1)
    }

    /// Writes the shapes that are used, class by class.
    mutating func write(
        _ tree: borrowing ShapeTree, _ columns: [ShapeColumn], into sections: inout Sections
    ) {
        var index = 0
        while index < classes.count {
            let classIndex = classes[index]
            let used = columns[classIndex].used
            fields.append([])
            successors[0] = Self.unknown
            sections.indexes.append(unsigned: UInt64(used.count))
            for number in used {
                let shape = tree.classes[classIndex].shapes[Int(number)]
                if index == 0 {
                    sections.indexes += [shape.call, shape.groups]
                    groups |= shape.groups
                }
                write(shape, tree, &sections)
            }
            index += 1
        }
    }

    private mutating func write(
        _ shape: ShapeTree.Shape, _ tree: borrowing ShapeTree, _ sections: inout Sections
    ) {
        var path: [Int32] = []
        var node = shape.node
        // A class's or call's root stands for nothing.
        while tree.nodes[Int(node)].parent >= 0 {
            path.append(node)
            node = tree.nodes[Int(node)].parent
        }
        var place = 0
        var open: [Int32] = []
        for node in path.reversed() {
            let step = tree.nodes[Int(node)]
            write(step, tree, after: place, &sections)
            if step.field < 0 {
                place = 2 * Int(open.removeLast()) + 2
            } else {
                place = 2 * Int(step.field) + 1
                if tree.fields[Int(step.field)].type == .object { open.append(step.field) }
            }
        }
    }

    private mutating func write(
        _ step: ShapeTree.Node, _ tree: borrowing ShapeTree, after place: Int,
        _ sections: inout Sections
    ) {
        let expected = successors[place]
        successors[place] = step.field
        if expected == step.field {
            sections.indexes.append(0)
        } else if step.field < 0 {
            sections.indexes.append(1)
        } else if numbers[Int(step.field)] >= 0 {
            sections.indexes.append(unsigned: UInt64(numbers[Int(step.field)]) + 3)
        } else {
            define(step.field, tree, &sections)
        }
        if step.constant >= 0 { write(step.constant, of: step.field, tree, &sections) }
    }

    private mutating func define(
        _ index: Int32, _ tree: borrowing ShapeTree, _ sections: inout Sections
    ) {
        let field = tree.fields[Int(index)]
        numbers[Int(index)] = Int32(fields[fields.count - 1].count)
        fields[fields.count - 1].append(index)
        sections.indexes += [2, field.type.rawValue | field.group << 4]
        if field.parent >= 0 {
            let start = Int(field.keyStart)
            sections.indexes.append(unsigned: UInt64(field.keyCount))
            sections.text += tree.texts[start..<start + Int(field.keyCount)]
        }
        if field.type == .array { classes.append(Int(field.column)) }
    }

    private mutating func write(
        _ constant: Int32, of field: Int32, _ tree: borrowing ShapeTree, _ sections: inout Sections
    ) {
        let place =
            constants.firstIndex { $0.field == field }
            ?? {
                constants.append((field, [], CodeColumn()))
                return constants.count - 1
            }()
        let number = constants[place].known.firstIndex(of: constant)
        if number == nil { constants[place].known.append(constant) }
        let start = constants[place].codes.bytes.count
        constants[place].codes.append(Int32(number ?? constants[place].known.count - 1))
        sections.indexes += constants[place].codes.bytes[start...]
        guard number == nil else { return }
        let text = tree.constants[Int(constant)]
        sections.indexes.append(unsigned: UInt64(text.count))
        sections.text += tree.texts[Int(text.start)..<Int(text.start + text.count)]
    }
}
