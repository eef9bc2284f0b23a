internal import Events

/// Strings that may come again, and the forms that all of them fit.
struct StringColumn {
    private(set) var codes = CodeColumn()
    /// The different strings, one after the other.
    private(set) var texts: [UInt8] = []
    private(set) var ends: [Int32] = []
    private var last: Range<Int> = 0..<0
    private var lastIndex: Int32 = -1
    private var prefixCount = 0
    /// Of each string, as long as all are UUIDs with a time: the wall of its first event.
    private var walls: [Int64] = []
    private var fits: UInt8 = 0xFF

    mutating func clear() {
        codes.clear()
        texts.empty()
        ends.empty()
        walls.empty()
        lastIndex = -1
        fits = 0xFF
    }

    func range(of index: Int32) -> Range<Int> {
        (index > 0 ? Int(ends[Int(index) - 1]) : 0)..<Int(ends[Int(index)])
    }

    /// Appends a string; true where it is a new one.
    @inline(__always)
    mutating func append(
        _ text: [UInt8], _ range: Range<Int>, column: UInt32, _ table: inout StringTable
    ) -> Bool {
        if lastIndex >= 0, last.count == range.count,
            ByteRun.isEqual(text, range, texts, at: last.lowerBound)
        {
            codes.append(lastIndex)
            return false
        }
        return appendOther(text, range, column, &table)
    }

    private mutating func appendOther(
        _ text: [UInt8], _ range: Range<Int>, _ column: UInt32, _ table: inout StringTable
    ) -> Bool {
        var probe = table.probe(ByteRun.hash(text, range, seed: UInt64(column) + 1))
        while let index = table.next(&probe) {
            // Another column's string may have the same hash.
            if index < ends.count, case let known = self.range(of: Int32(index)),
                known.count == range.count,
                ByteRun.isEqual(text, range, texts, at: known.lowerBound)
            {
                (last, lastIndex) = (known, Int32(index))
                codes.append(lastIndex)
                return false
            }
        }
        table.insert(UInt32(ends.count), at: probe)
        lastIndex = Int32(ends.count)
        last = texts.count..<texts.count + range.count
        ByteRun.append(text, range, to: &texts)
        ends.append(Int32(texts.count))
        codes.append(lastIndex)
        return true
    }

    /// Takes notice of what the newest string is, which stands first in an event taken at `wall`.
    mutating func weigh(wall: Int64) {
        func drop(_ form: StringForm) { fits &= ~(1 << form.rawValue) }
        func isOpen(_ form: StringForm) -> Bool { fits & 1 << form.rawValue != 0 }
        if isOpen(.uuid) {
            if last.count == IdentifierText.uuidBytes,
                IdentifierText.isUUID(texts, at: last.lowerBound)
            {
                if texts[last.lowerBound + 14] != UInt8(ascii: "7") { drop(.timedUUID) }
            } else {
                drop(.uuid)
                drop(.timedUUID)
            }
        }
        if isOpen(.timedUUID) { walls.append(wall) }
        if isOpen(.hexadecimal), !IdentifierText.isHexadecimal(texts, last) { drop(.hexadecimal) }
        if isOpen(.digits), !IdentifierText.isNumber(texts, last) { drop(.digits) }
        if isOpen(.hash) { if !fitsHash() { drop(.hash) } }
    }

    /// Whether the newest string ends with a hash, behind what the others have there.
    private mutating func fitsHash() -> Bool {
        guard IdentifierText.endsWithHash(texts, last) else { return false }
        let count = last.count - IdentifierText.hashCharacters
        if ends.count == 1 { prefixCount = count }
        return count == prefixCount
            && ByteRun.isEqual(texts, 0..<count, texts, at: last.lowerBound)
    }

    /// Writes codes and strings into the block's sections.
    func finish(isRaw: Bool, into sections: inout Sections) {
        sections.indexes += codes.bytes
        guard !ends.isEmpty else { return }
        let form = isRaw ? StringForm.text : form()
        sections.numbers.append(form.rawValue)
        if form == .hash {
            sections.numbers.append(unsigned: UInt64(prefixCount))
            sections.text += texts[..<prefixCount]
        }
        if form == .text { sections.text += texts }
        for index in ends.indices { append(Int32(index), form, &sections) }
    }

    private func form() -> StringForm {
        for form in [StringForm.timedUUID, .uuid, .hash, .hexadecimal, .digits]
        where fits & 1 << form.rawValue != 0 { return form }
        return .text
    }

    private func append(_ index: Int32, _ form: StringForm, _ sections: inout Sections) {
        let range = range(of: index)
        switch form {
        case .text: sections.numbers.append(unsigned: UInt64(range.count))
        case .uuid: IdentifierText.appendBytes(ofHexadecimal: texts, range, to: &sections.stored)
        case .timedUUID:
            let start = range.lowerBound
            let time = Hexadecimal.value(texts[start..<start + 8])
            let rest = Hexadecimal.value(texts[start + 9..<start + 13])
            let moment = Int64((time ?? 0) << 16 | (rest ?? 0))
            sections.numbers.append(signed: moment &- walls[Int(index)])
            IdentifierText.appendBytes(
                ofHexadecimal: texts, start + 14..<range.upperBound, to: &sections.stored)
        case .hexadecimal:
            sections.numbers.append(unsigned: UInt64(range.count / 2))
            IdentifierText.appendBytes(ofHexadecimal: texts, range, to: &sections.stored)
        case .digits:
            var number: UInt64 = 0
            for place in range { number = number * 10 + UInt64(texts[place] - 0x30) }
            sections.numbers.append(unsigned: number)
        case .hash:
            IdentifierText.appendBytes(
                ofHash: texts, at: range.upperBound - IdentifierText.hashCharacters,
                to: &sections.stored)
        }
    }
}
