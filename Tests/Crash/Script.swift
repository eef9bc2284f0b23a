internal import Ring
internal import SeededText

/// What a writer is to write, by a seed: every length, kind and flag that makes a difference.
struct Script {
    /// So small that the lane comes round every few dozen records.
    static let capacity = 4096
    static let payloadMost = LaneLayout.payloadMost(capacity: capacity)
    static let paddingKind: UInt16 = 65_535

    struct Write {
        let payload: Range<Int>
        let kind: UInt16
        let flags: RecordFlags
        let time: UInt64

        /// Whether the lane takes it at all, were it empty.
        var isAllowed: Bool {
            payload.count <= Script.payloadMost && kind != Script.paddingKind
        }
    }

    let writes: [Write]
    /// The payloads, one behind another.
    let bytes: [UInt8]

    init(seed: UInt64, count: Int) {
        var random = Seeded(seed)
        var writes: [Write] = []
        var bytes: [UInt8] = []
        for number in 0..<count {
            let length = Script.length(&random)
            var flags: RecordFlags = random.oneIn(4) ? .critical : []
            if random.oneIn(7) { flags.insert(.identity) }
            writes.append(
                Write(
                    payload: bytes.count..<bytes.count + length,
                    kind: random.oneIn(50) ? Script.paddingKind : UInt16(random.below(65_535)),
                    flags: flags, time: UInt64(number) + 1_000_000))
            for _ in 0..<length { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        }
        self.writes = writes
        self.bytes = bytes
    }

    private static func length(_ random: inout Seeded) -> Int {
        switch random.below(10) {
        case 0: random.pick([0, 1, 7, 8, 9])
        case 1: random.pick([payloadMost - 1, payloadMost])
        case 2...4: random.below(payloadMost + 1)
        case 5 where random.oneIn(4): payloadMost + 1 + random.below(100)
        default: random.below(120)
        }
    }
}

/// Where a record belongs, by the module's page and not by the writer's arithmetic.
struct Place {
    let start: UInt64
    let end: UInt64
    private let isBehindPadding: Bool

    init(payload: Int, behind tail: UInt64) {
        let capacity = UInt64(Script.capacity)
        let bytes = (UInt64(payload) + 8 + 7) / 8 * 8
        let offset = tail % capacity
        isBehindPadding = offset + bytes > capacity
        start = isBehindPadding ? tail + capacity - offset : tail
        end = start + bytes
    }

    /// Whether there is room for it, where all before `head` has been given back.
    func fits(head: UInt64, isCritical: Bool) -> Bool {
        let capacity = UInt64(Script.capacity)
        return end &- head <= (isCritical ? capacity : capacity / 8 * 7)
    }

    var padded: Int { isBehindPadding ? 1 : 0 }
}
