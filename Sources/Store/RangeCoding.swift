internal import Events

/// Ranges ⇄ the bytes of a `ranges` column.
enum RangeCoding {
    /// For each range the gap to the one before it and its length less one, as LEB128.
    static func bytes(_ ranges: [SequenceRange]) -> [UInt8] {
        var bytes: [UInt8] = []
        var next: UInt32 = 0
        for range in ranges {
            LEB128.append(UInt64(range.first - next), to: &bytes)
            LEB128.append(UInt64(range.last - range.first), to: &bytes)
            next = range.last &+ 1
        }
        return bytes
    }

    /// The ranges that bytes stand for; nil where they stand for none.
    static func ranges(_ bytes: [UInt8]) -> [SequenceRange]? {
        var ranges: [SequenceRange] = []
        var offset = 0
        var next: UInt64 = 0
        let sequenceLast = UInt64(Limits.sequenceLast)
        while offset < bytes.count {
            // Numbers above the last would overflow the sums.
            guard let gap = LEB128.number(in: bytes, at: &offset), gap <= sequenceLast,
                let length = LEB128.number(in: bytes, at: &offset), length <= sequenceLast
            else { return nil }
            let first = next + gap
            let last = first + length
            guard last <= sequenceLast, ranges.isEmpty || gap > 0 else { return nil }
            ranges.append(SequenceRange(UInt32(first), UInt32(last)))
            next = last + 1
        }
        return ranges
    }

    /// The numbers of two ascending lists of ranges in one.
    static func union(_ left: [SequenceRange], _ right: [SequenceRange]) -> [SequenceRange] {
        var union: [SequenceRange] = []
        for range in (left + right).sorted(by: { $0.first < $1.first }) {
            if let last = union.indices.last, range.first <= union[last].last &+ 1 {
                union[last].last = max(union[last].last, range.last)
            } else {
                union.append(range)
            }
        }
        return union
    }
}

extension RangeCoding {
    /// The ranges in a column; a column that holds none is damage.
    static func stored(_ bytes: [UInt8]) throws(StoreError) -> [SequenceRange] {
        guard let ranges = ranges(bytes), !ranges.isEmpty else {
            throw StoreError(.corrupt, "read a row", detail: "its ranges are none")
        }
        return ranges
    }
}
