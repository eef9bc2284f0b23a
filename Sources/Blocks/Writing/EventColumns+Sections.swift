/// The columns' way into the sections, in the order of the page.
extension EventColumns {
    /// Writes all columns.
    func write(into sections: inout Sections) {
        var shapeWriter = ShapeWriter(splitter.tree)
        shapeWriter.write(splitter.tree, shapes, into: &sections)
        sections.numbers += sequences
        sections.numbers += walls
        sections.numbers += monos
        sections.indexes += producers.codes.bytes
        sections.stored += producers.texts
        for (order, classIndex) in shapeWriter.classes.enumerated() {
            sections.indexes += shapes[classIndex].codes.bytes
            if order == 0 {
                for group in tuples.indices where shapeWriter.groups & 1 << UInt8(group) != 0 {
                    sections.indexes += tuples[group].codes.bytes
                }
            }
            for field in shapeWriter.fields[order] {
                write(splitter.tree.fields[Int(field)], into: &sections)
            }
        }
    }

    private func write(_ field: ShapeTree.Field, into sections: inout Sections) {
        let column = Int(field.column)
        switch field.type {
        case .string: strings[column].finish(isRaw: false, into: &sections)
        case .raw: raws[column].finish(isRaw: true, into: &sections)
        case .number: numbers[column].finish(into: &sections.numbers)
        case .time: times[column].finish(into: &sections.numbers)
        case .boolean: sections.indexes += booleans[column].bytes
        case .array: sections.indexes += counts[column]
        case .object, .null, .constant: break
        }
    }
}
