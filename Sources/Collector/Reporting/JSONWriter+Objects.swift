internal import Events

extension JSONWriter {
    /// A member that is an array of objects.
    mutating func objects<Rows: Sequence>(
        _ name: String, _ rows: Rows, _ write: (inout JSONWriter, Rows.Element) -> Void
    ) {
        key(name)
        beginArray()
        for row in rows {
            beginObject()
            write(&self, row)
            endObject()
        }
        endArray()
    }
}
