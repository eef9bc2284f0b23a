internal import Events

/// A field of a class, as a block defines it.
struct ReadField {
    var type: FieldType
    var group: UInt8
    /// The object it is a member of; −1 where it is the whole record.
    var parent: Int
    var key: Range<Int>
    /// Of an array: the class of its elements.
    var elements = 0
    /// The constants known so far, and which was the last.
    var constants: [Range<Int>] = []
    var lastConstant = -1
}

/// What a record is put together from.
struct ReadShape {
    /// A run of bytes, or a field's value.
    struct Part {
        /// Of a value; −1 of a run.
        var field: Int
        /// Of a run: where it stands among the runs.
        var run: Range<Int>
    }

    var call: UInt8 = 0
    var groups: UInt8 = 0
    var parts: [Part] = []
}

/// The records that stand at one place.
struct ReadClass {
    /// Its array's level, so that nothing nests too deep.
    var levels: Int
    var fields: [ReadField] = []
    var shapes: [ReadShape] = []
    /// What came last at the beginning, behind each field, and behind each object's end.
    fileprivate var successors: [Int] = [ReadShapes.unknown]

    init(levels: Int) { self.levels = levels }
}

/// The shapes of a block's records.
struct ReadShapes {
    fileprivate static let unknown = -2
    private static let end = -1

    private var fieldCount = 0
    private var shapeCount = 0
    private var stepCount = 0
    private(set) var classes = [ReadClass(levels: 0)]
    /// Keys and constants with all that stands around them, of all shapes.
    private(set) var runs: [UInt8] = []
    private var runStart = 0

    /// Reads the shapes of all classes.
    init(_ sections: inout ReadSections) throws(BlockError) {
        var index = 0
        while index < classes.count {
            let count = try sections.indexes.count(upTo: sections.indexes.remaining)
            shapeCount += count
            guard shapeCount <= ColumnLimits.shapes else { throw .limit }
            for _ in 0..<count {
                var shape = ReadShape()
                if index == 0 {
                    shape.call = try sections.indexes.byte()
                    shape.groups = try sections.indexes.byte()
                    guard shape.groups < 1 << ColumnLimits.groups else { throw .shape }
                }
                try read(&shape, ofClass: index, &sections)
                try check(shape, classes[index])
                classes[index].shapes.append(shape)
            }
            index += 1
        }
    }

    /// A group in use has a field; no field is of a group that there is not.
    private func check(_ shape: ReadShape, _ ofClass: ReadClass) throws(BlockError) {
        for group in 0..<ColumnLimits.groups where shape.groups & 1 << group != 0 {
            let isUsed = shape.parts.contains {
                $0.field >= 0 && Int(ofClass.fields[$0.field].group) == group + 1
            }
            guard isUsed else { throw .shape }
        }
    }

    private mutating func read(
        _ shape: inout ReadShape, ofClass index: Int, _ sections: inout ReadSections
    ) throws(BlockError) {
        var open: [Int] = []
        var isFirst = true
        var place = 0
        runStart = runs.count
        repeat {
            let field = try field(after: place, in: open.last, ofClass: index, &sections)
            if field == Self.end {
                runs.append(Line.closingBrace)
                place = 2 * open.removeLast() + 2
                isFirst = false
            } else {
                place = 2 * field + 1
                if !open.isEmpty {
                    try appendKey(classes[index].fields[field].key, isFirst, sections)
                }
                isFirst = try append(field, ofClass: index, &shape, &open, &sections)
            }
            stepCount += 1
            guard runs.count <= Frame.payloadBytesMax, stepCount <= ColumnLimits.steps else {
                throw .limit
            }
        } while !open.isEmpty
        endRun(&shape)
    }

    /// Reads what stands at a place: the end of the open object, or a field.
    private mutating func field(
        after place: Int, in parent: Int?, ofClass index: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> Int {
        let code = try sections.indexes.unsigned()
        let field: Int
        switch code {
        case 0: field = classes[index].successors[place]
        case 1: field = Self.end
        case 2: field = try define(in: parent, ofClass: index, &sections)
        default:
            guard code - 3 < UInt64(classes[index].fields.count) else { throw .shape }
            field = Int(code) - 3
        }
        if field == Self.end {
            guard parent != nil else { throw .shape }
        } else {
            guard field >= 0, classes[index].fields[field].parent == parent ?? -1 else {
                throw .shape
            }
        }
        classes[index].successors[place] = field
        return field
    }

    private mutating func define(
        in parent: Int?, ofClass index: Int, _ sections: inout ReadSections
    ) throws(BlockError) -> Int {
        let byte = try sections.indexes.byte()
        let group = byte >> 4
        guard let type = FieldType(rawValue: byte & 15), Int(group) <= ColumnLimits.groups,
            group == 0 || (index == 0 && type.canBeGrouped),
            parent != nil || index > 0 || type == .object || type == .raw
        else { throw .shape }
        fieldCount += 1
        guard fieldCount <= ColumnLimits.fields else { throw .limit }
        var key = 0..<0
        if parent != nil { key = try sections.textRange(of: try sections.indexes.unsigned()) }
        classes[index].fields.append(
            ReadField(type: type, group: group, parent: parent ?? -1, key: key))
        classes[index].successors += [Self.unknown, Self.unknown]
        return classes[index].fields.count - 1
    }

    /// Appends a field to a shape; true where it is an object, whose first member follows.
    private mutating func append(
        _ field: Int, ofClass index: Int, _ shape: inout ReadShape, _ open: inout [Int],
        _ sections: inout ReadSections
    ) throws(BlockError) -> Bool {
        switch classes[index].fields[field].type {
        case .object:
            guard classes[index].levels + open.count < ColumnLimits.levels else { throw .shape }
            runs.append(Line.openingBrace)
            open.append(field)
            return true
        case .null: runs += [0x6E, 0x75, 0x6C, 0x6C]
        case .constant: try appendConstant(of: field, ofClass: index, &sections)
        case .array:
            let levels = classes[index].levels + open.count + 1
            guard levels <= ColumnLimits.levels else { throw .shape }
            if classes[index].fields[field].elements == 0 {
                classes[index].fields[field].elements = classes.count
                classes.append(ReadClass(levels: levels))
            }
            endRun(&shape)
            shape.parts.append(ReadShape.Part(field: field, run: 0..<0))
        case .string, .number, .time, .boolean, .raw:
            endRun(&shape)
            shape.parts.append(ReadShape.Part(field: field, run: 0..<0))
        }
        return false
    }

    private mutating func appendConstant(
        of field: Int, ofClass index: Int, _ sections: inout ReadSections
    ) throws(BlockError) {
        let code = try sections.indexes.unsigned()
        let knownCount = classes[index].fields[field].constants.count
        var number = classes[index].fields[field].lastConstant
        if code == 1 {
            let range = try sections.textRange(of: try sections.indexes.unsigned())
            number = knownCount
            classes[index].fields[field].constants.append(range)
        } else if code > 1 {
            guard code - 2 < UInt64(knownCount) else { throw .shape }
            number = Int(code) - 2
        }
        guard number >= 0 else { throw .shape }
        classes[index].fields[field].lastConstant = number
        try appendQuoted(classes[index].fields[field].constants[number], sections)
    }

    private mutating func appendKey(
        _ key: Range<Int>, _ isFirst: Bool, _ sections: ReadSections
    ) throws(BlockError) {
        if !isFirst { runs.append(UInt8(ascii: ",")) }
        try appendQuoted(key, sections)
        runs.append(UInt8(ascii: ":"))
    }

    /// Appends a key or constant, which may be longer than all that there is room for.
    private mutating func appendQuoted(
        _ text: Range<Int>, _ sections: ReadSections
    ) throws(BlockError) {
        guard text.count <= Frame.payloadBytesMax - runs.count else { throw .limit }
        runs.append(Line.quote)
        runs += sections.text[text]
        runs.append(Line.quote)
    }

    private mutating func endRun(_ shape: inout ReadShape) {
        if runStart < runs.count {
            shape.parts.append(ReadShape.Part(field: -1, run: runStart..<runs.count))
        }
        runStart = runs.count
    }
}
