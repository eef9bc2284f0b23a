/// Entries in the order of their coming, the oldest first, found by their keys.
///
/// A ring, and a table of places in it with linear probing (Knuth, TAOCP 3, §6.4, algorithms L and
/// R). An entry takes 16 bytes and 6 of the table, where a `Dictionary` and a list of its keys took
/// 50. Keys are hashes: they need no other.
struct MessageEntries {
    /// Half of an id's hash, and half of its content's.
    struct Entry {
        var key: UInt64
        var content: UInt64
    }

    private var ring: [Entry] = []
    private var first = 0
    private(set) var count = 0
    // Places in the ring, from 1; 0 where there is none. At least a third of it is 0.
    private var table: [UInt32] = []

    // It grows by half up to here, and by little beyond.
    private let usual: Int

    /// Makes room for so many, of a usual most.
    init(capacity: Int, usual: Int) {
        self.usual = usual
        resize(to: max(64, capacity > usual / 2 ? max(capacity, usual) : capacity))
    }

    /// The entry that came after `index` others.
    subscript(index: Int) -> Entry { ring[place(index)] }

    /// What stands under a key; nil where nothing does.
    func content(of key: UInt64) -> UInt64? {
        var cell = home(key)
        while table[cell] != 0 {
            let entry = ring[Int(table[cell]) - 1]
            if entry.key == key { return entry.content }
            cell = next(cell)
        }
        return nil
    }

    mutating func append(_ entry: Entry) {
        if count == ring.count {
            resize(to: count < usual ? min(count + count / 2, usual) : count + count / 8 + 1)
        }
        let place = place(count)
        ring[place] = entry
        count += 1
        enter(place)
    }

    /// Removes the oldest; there must be one.
    mutating func removeFirst() {
        leave(first)
        first = (first + 1) % ring.count
        count -= 1
    }

    /// Removes the newest; there must be one.
    mutating func removeLast() {
        leave(place(count - 1))
        count -= 1
    }

    private func place(_ index: Int) -> Int { (first + index) % ring.count }

    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key.multipliedFullWidth(by: UInt64(table.count)).high)
    }

    private func next(_ cell: Int) -> Int { cell + 1 == table.count ? 0 : cell + 1 }

    private mutating func enter(_ place: Int) {
        var cell = home(ring[place].key)
        while table[cell] != 0 { cell = next(cell) }
        table[cell] = UInt32(place + 1)
    }

    /// Empties a place's cell; what stands behind it moves up where it can then be found.
    private mutating func leave(_ place: Int) {
        var gap = home(ring[place].key)
        while table[gap] != UInt32(place + 1) { gap = next(gap) }
        var cell = next(gap)
        while table[cell] != 0 {
            let wanted = home(ring[Int(table[cell]) - 1].key)
            let distance = (cell - wanted + table.count) % table.count
            if distance >= (cell - gap + table.count) % table.count {
                table[gap] = table[cell]
                gap = cell
            }
            cell = next(cell)
        }
        table[gap] = 0
    }

    private mutating func resize(to capacity: Int) {
        var entries: [Entry] = []
        entries.reserveCapacity(capacity)
        for index in 0..<count { entries.append(self[index]) }
        while entries.count < capacity { entries.append(Entry(key: 0, content: 0)) }
        (ring, first) = (entries, 0)
        table = [UInt32](repeating: 0, count: capacity + capacity / 2 + 1)
        for place in 0..<count { enter(place) }
    }
}
