internal import Events

/// Where the strings of all columns are found again; it knows hashes and numbers, no strings.
struct StringTable {
    private struct Slot {
        var hash: UInt32 = 0
        /// The string's number in its column, and one; 0 where the slot is free.
        var number: UInt32 = 0
    }

    /// A search for the strings of one hash.
    struct Probe {
        fileprivate let hash: UInt32
        fileprivate var slot: Int
        fileprivate var count = 0
    }

    private static let slotsLeast = 2048
    // Whoever makes strings of equal hashes has them stored twice, and waits for nothing.
    private static let probesMost = 64

    private var slots: [Slot] = []
    private var count = 0

    mutating func clear() {
        slots = [Slot](repeating: Slot(), count: Self.slotsLeast)
        count = 0
    }

    /// Gives the memory up; it is to be cleared before it is used again.
    mutating func release() { slots = [] }

    @inline(__always)
    func probe(_ hash: UInt64) -> Probe {
        let hash = UInt32(truncatingIfNeeded: hash >> 16)
        return Probe(hash: hash, slot: Int(hash & UInt32(slots.count - 1)))
    }

    /// The number of the next string of this hash; nil when there is none.
    @inline(__always)
    func next(_ probe: inout Probe) -> UInt32? {
        while probe.count < Self.probesMost {
            let found = slots[probe.slot]
            if found.number == 0 { return nil }
            probe.slot = (probe.slot + 1) & (slots.count - 1)
            probe.count += 1
            if found.hash == probe.hash { return found.number - 1 }
        }
        return nil
    }

    /// Enters a string where the search for it ended.
    mutating func insert(_ index: UInt32, at probe: Probe) {
        guard probe.count < Self.probesMost else { return }
        slots[probe.slot] = Slot(hash: probe.hash, number: index + 1)
        count += 1
        if count > slots.count / 8 * 7 { grow() }
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.number != 0 {
            var index = Int(slot.hash & UInt32(slots.count - 1))
            while slots[index].number != 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }
}
