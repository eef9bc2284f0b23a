internal import Events

/// Values of one group of fields that may come again together.
///
/// A tuple is kept as bytes: of each value the field, and a string's length and bytes or a
/// number's digits and decimals.
struct TupleColumn {
    private(set) var codes = CodeColumn()
    private var texts: [UInt8] = []
    private var ends: [Int32] = []
    private var lastIndex: Int32 = -1

    mutating func clear() {
        codes.clear()
        texts.empty()
        ends.empty()
        lastIndex = -1
    }

    /// Gives up all but the codes.
    mutating func release() {
        texts = []
        ends = []
    }

    /// Appends the values of a group; true where they were never together before.
    mutating func append(
        _ group: UInt8, of splitter: borrowing EventSplitter, _ text: [UInt8], seed: UInt64,
        _ table: inout StringTable
    ) -> Bool {
        if lastIndex >= 0, isTuple(lastIndex, group, splitter, text) {
            codes.append(lastIndex)
            return false
        }
        var probe = table.probe(hash(group, splitter, text, seed))
        while let index = table.next(&probe) {
            if index < ends.count, isTuple(Int32(index), group, splitter, text) {
                lastIndex = Int32(index)
                codes.append(lastIndex)
                return false
            }
        }
        table.insert(UInt32(ends.count), at: probe)
        lastIndex = Int32(ends.count)
        keep(group, splitter, text)
        codes.append(lastIndex)
        return true
    }

    private mutating func keep(
        _ group: UInt8, _ splitter: borrowing EventSplitter, _ text: [UInt8]
    ) {
        splitter.forEach(of: group) { value, isString in
            texts.append(unsigned: UInt64(value.field))
            if isString {
                texts.append(unsigned: UInt64(value.end - value.start))
                ByteRun.append(text, Int(value.start)..<Int(value.end), to: &texts)
            } else {
                texts.append(signed: value.number)
                texts.append(value.decimals)
            }
            return true
        }
        ends.append(Int32(texts.count))
    }

    private func hash(
        _ group: UInt8, _ splitter: borrowing EventSplitter, _ text: [UInt8], _ seed: UInt64
    ) -> UInt64 {
        var hash = seed
        splitter.forEach(of: group) { value, isString in
            hash =
                isString
                ? ByteRun.hash(text, Int(value.start)..<Int(value.end), seed: hash)
                : (hash ^ UInt64(bitPattern: value.number)) &* 0xFF51_AFD7_ED55_8CCD
            return true
        }
        return hash
    }

    /// Whether the values of a group are the tuple of a number.
    private func isTuple(
        _ index: Int32, _ group: UInt8, _ splitter: borrowing EventSplitter, _ text: [UInt8]
    ) -> Bool {
        var offset = index > 0 ? Int(ends[Int(index) - 1]) : 0
        let isWhole = splitter.forEach(of: group) { value, isString in
            guard hasNumber(UInt64(value.field), &offset) else { return false }
            guard isString else {
                return hasNumber(ZigZag.encode(value.number), &offset)
                    && hasNumber(UInt64(value.decimals), &offset)
            }
            let range = Int(value.start)..<Int(value.end)
            guard hasNumber(UInt64(range.count), &offset) else { return false }
            offset += range.count
            return ByteRun.isEqual(text, range, texts, at: offset - range.count)
        }
        return isWhole && offset == Int(ends[Int(index)])
    }

    /// Steps over a number in the texts; false where another one stands there.
    @inline(__always)
    private func hasNumber(_ number: UInt64, _ offset: inout Int) -> Bool {
        var rest = number
        while rest > 0x7F {
            guard offset < texts.count, texts[offset] == UInt8(truncatingIfNeeded: rest) | 0x80
            else { return false }
            offset += 1
            rest >>= 7
        }
        offset += 1
        return offset <= texts.count && texts[offset - 1] == UInt8(rest)
    }
}
