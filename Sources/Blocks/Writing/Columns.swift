internal import Events

/// Codes over values that come again: the same, the next new one, or one by its number.
struct CodeColumn {
    private(set) var bytes: [UInt8] = []
    private var last: Int32 = -1
    /// How many values there are.
    private(set) var count: Int32 = 0

    mutating func clear() {
        bytes.empty()
        last = -1
        count = 0
    }

    /// Appends the value that is number `index`; the next new one is number `count`.
    @inline(__always)
    mutating func append(_ index: Int32) {
        if index == last {
            bytes.append(0)
        } else if index == count {
            bytes.append(1)
            count += 1
        } else {
            bytes.append(unsigned: UInt64(index) + 2)
        }
        last = index
    }
}

/// Bits, the lowest first.
struct BitColumn {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func clear() {
        bytes.empty()
        count = 0
    }

    mutating func append(_ bit: Bool) {
        if count & 7 == 0 { bytes.append(0) }
        if bit { bytes[bytes.count - 1] |= 1 << UInt8(count & 7) }
        count += 1
    }
}

/// Moments, coded in both ways until it shows which is shorter.
struct TimeColumn {
    private var deltas: [UInt8] = []
    private var distances: [UInt8] = []
    private var last: Int64 = 0

    mutating func clear() {
        deltas.empty()
        distances.empty()
    }

    /// Appends a moment of an event that was taken at `wall`, the block's first one at `firstWall`.
    mutating func append(_ moment: Int64, wall: Int64, firstWall: Int64) {
        if deltas.isEmpty { last = firstWall }
        deltas.append(signed: moment &- last)
        distances.append(signed: moment &- wall)
        last = moment
    }

    func finish(into numbers: inout [UInt8]) {
        guard !deltas.isEmpty else { return }
        let isDistance = distances.count < deltas.count
        numbers.append(isDistance ? 1 : 0)
        numbers += isDistance ? distances : deltas
    }
}

/// Numbers, kept with their decimals until it shows what they have in common.
struct NumberColumn {
    /// Each as style 3 has it.
    private var own: [UInt8] = []
    private var count = 0
    /// The differences to the sequence, for as long as they are short.
    private var distances: [UInt8] = []
    private var isDistance = true
    private var lastDistance: Int64 = 0
    private var decimalsMost = 0
    private var decimalsLeast = ColumnLimits.decimals
    private var isOneDecimal = true
    private var isShortest = true

    mutating func clear() {
        own.empty()
        distances.empty()
        (count, isDistance, lastDistance) = (0, true, 0)
        (decimalsMost, decimalsLeast) = (0, ColumnLimits.decimals)
        (isOneDecimal, isShortest) = (true, true)
    }

    mutating func append(_ mantissa: Int64, decimals: Int, sequence: UInt32) {
        own.append(unsigned: ZigZag.encode(mantissa) << 4 | UInt64(decimals))
        count += 1
        decimalsMost = max(decimalsMost, decimals)
        decimalsLeast = min(decimalsLeast, decimals)
        let endsInZero = decimals > 0 && mantissa % 10 == 0
        if endsInZero { isShortest = false }
        if decimals == 0 || (endsInZero && decimals > 1) { isOneDecimal = false }
        guard isDistance else { return }
        let distance = mantissa &- Int64(sequence)
        distances.append(signed: distance &- lastDistance)
        lastDistance = distance
        // Where it does not run along with the sequence it is no use to go on.
        isDistance = decimals == 0 && distances.count <= 2 * count + 8
    }

    /// Writes mode and values in the shortest way that says them.
    func finish(into numbers: inout [UInt8]) {
        guard count > 0 else { return }
        let style: NumberStyle =
            decimalsMost == decimalsLeast
            ? .fixed : isShortest ? .shortest : isOneDecimal ? .oneDecimal : .own
        guard style != .own, let lengths = lengths() else {
            numbers.append(NumberStyle.own.rawValue << 2)
            numbers += own
            return
        }
        var coding = lengths.delta < lengths.plain ? NumberCoding.delta : .plain
        if isDistance, distances.count < min(lengths.delta, lengths.plain) { coding = .sequence }
        numbers.append(
            coding.rawValue | style.rawValue << 2 | UInt8(truncatingIfNeeded: decimalsMost << 4))
        if coding == .sequence {
            numbers += distances
            return
        }
        var last: Int64 = 0
        forEach { value in
            numbers.append(signed: coding == .delta ? value &- last : value)
            last = value
            return true
        }
    }

    /// What plain numbers and differences take; nil where a number is too large for the scale.
    private func lengths() -> (plain: Int, delta: Int)? {
        var plain = 0
        var delta = 0
        var last: Int64 = 0
        let isWhole = forEach { value in
            plain += ZigZag.byteCount(value)
            delta += ZigZag.byteCount(value &- last)
            last = value
            return true
        }
        return isWhole ? (plain, delta) : nil
    }

    /// Goes over the numbers at the column's scale; false where one is too large for it.
    @discardableResult
    @inline(__always)
    private func forEach(_ body: (Int64) -> Bool) -> Bool {
        var index = 0
        while index < own.count {
            var packed: UInt64 = 0
            var shift: UInt64 = 0
            repeat {
                packed |= UInt64(own[index] & 0x7F) << shift
                shift += 7
                index += 1
            } while own[index - 1] > 0x7F
            let mantissa = ZigZag.decode(packed >> 4)
            let missing = decimalsMost - Int(packed & 15)
            guard missing > 0 else {
                if !body(mantissa) { return false }
                continue
            }
            guard let value = NumberText.scaled(mantissa, by: missing), body(value) else {
                return false
            }
        }
        return true
    }
}
