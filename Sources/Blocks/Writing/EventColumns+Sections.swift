internal import Events

/// The columns' way into the sections, in the order of the page.
extension EventColumns {
    /// Writes all columns, each once; what is written gives its memory up.
    mutating func write(into sections: inout Sections) {
        release()
        var shapeWriter = ShapeWriter(splitter.tree)
        shapeWriter.write(splitter.tree, shapes, into: &sections)
        sections.numbers += sequences
        sections.numbers += walls
        sections.numbers += monos
        sections.indexes += producers.codes.bytes
        sections.stored += producers.texts
        for (order, classIndex) in shapeWriter.classes.enumerated() {
            sections.indexes += shapes[classIndex].codes.bytes
            shapes[classIndex].clear()
            if order == 0 {
                for group in tuples.indices where shapeWriter.groups & 1 << UInt8(group) != 0 {
                    sections.indexes += tuples[group].codes.bytes
                    tuples[group].clear()
                }
            }
            for field in shapeWriter.fields[order] {
                write(splitter.tree.fields[Int(field)], into: &sections)
            }
        }
    }

    private mutating func write(_ field: ShapeTree.Field, into sections: inout Sections) {
        let column = Int(field.column)
        switch field.type {
        case .string:
            strings[column].finish(isRaw: false, into: &sections)
            strings[column].clear()
        case .raw:
            raws[column].finish(isRaw: true, into: &sections)
            raws[column].clear()
        case .number:
            numbers[column].finish(into: &sections.numbers)
            numbers[column].clear()
        case .time:
            times[column].finish(into: &sections.numbers)
            times[column].clear()
        case .boolean: sections.indexes += booleans[column].bytes
        case .array: sections.indexes += counts[column]
        case .object, .null, .constant: break
        }
    }
}
