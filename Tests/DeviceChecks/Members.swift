extension Probe {
    /// Compares the first member of this name, wherever in a JSON text it stands.
    func member(_ name: String, of text: String, is expected: String) {
        let sign = "\"" + name + "\":"
        let isThere = text.holds(sign + expected + ",") || text.holds(sign + expected + "}")
        isTrue(isThere, sign + expected)
    }
}

extension String {
    /// Whether another text stands somewhere in this one.
    func holds(_ other: String) -> Bool {
        let (text, part) = (Array(utf8), Array(other.utf8))
        guard part.count <= text.count else { return false }
        for start in 0...(text.count - part.count)
        where text[start..<start + part.count].elementsEqual(part) {
            return true
        }
        return false
    }
}
