internal import SeededText

/// A file whose writes are seen at once and safe only after a sync.
final class SimulatedFile {
    /// What a power cut takes or leaves at once, and a torn write may tear.
    static let sectorBytes = 4096

    /// What became of a sector since it was last made durable.
    private enum Sector: UInt8 {
        /// As it is on the platter.
        case clean
        /// Written, and the next sync makes it durable.
        case dirty
        /// Written, but a sync failed and the kernel holds it for done: only another write helps.
        case forsaken
    }

    /// What a reader sees.
    private(set) var bytes: [UInt8] = []
    /// What is on the platter.
    private var durable: [UInt8] = []
    private var sectors: [Sector] = []
    // Indices of sectors that are not clean, in no order; may name one twice.
    private var touched: [Int] = []

    /// SQLite's locks on the file, by their holders.
    var locks: [ObjectIdentifier: Int32] = [:]

    /// Whether a power cut could change the file.
    var isDirty: Bool { !touched.isEmpty || bytes.count != durable.count }

    func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
        let end = offset + source.count
        if offset == bytes.count {
            unsafe bytes.append(contentsOf: source)
        } else {
            if end > bytes.count { Self.resize(&bytes, to: end) }
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end])
                    .copyMemory(from: source)
            }
        }
        touch(offset..<end)
    }

    func write(_ source: [UInt8], at offset: Int) {
        unsafe source.withUnsafeBytes { unsafe write($0, at: offset) }
    }

    func truncate(to count: Int) {
        guard count != bytes.count else { return }
        let old = bytes.count
        Self.resize(&bytes, to: count)
        if count > old { touch(old..<count) }
    }

    private func touch(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let last = (range.upperBound - 1) / Self.sectorBytes
        while sectors.count <= last { sectors.append(.clean) }
        for index in range.lowerBound / Self.sectorBytes...last {
            if sectors[index] == .clean { touched.append(index) }
            sectors[index] = .dirty
        }
    }

    /// Makes everything durable that was written since the last sync.
    func sync() {
        Self.resize(&durable, to: bytes.count)
        var left: [Int] = []
        for index in touched {
            guard sectors[index] == .dirty else {
                if sectors[index] == .forsaken { left.append(index) }
                continue
            }
            copy(index, from: bytes, to: &durable)
            sectors[index] = .clean
        }
        touched = left
    }

    /// A sync that fails: each sector is still to be written, or held for written, or already
    /// thrown out of memory, as the kernel does that marks a page clean after an error.
    ///
    /// Answers what became of which sector.
    func failSync(_ chance: inout Seeded) -> [String] {
        var fates: [String] = []
        for index in touched.sorted() where sectors[index] == .dirty {
            switch chance.below(3) {
            case 0: fates.append("\(index) dirty")
            case 1:
                sectors[index] = .forsaken
                fates.append("\(index) forsaken")
            default:
                restore(index)
                fates.append("\(index) restored")
                sectors[index] = .clean
            }
        }
        touched.removeAll { sectors[$0] == .clean }
        return fates
    }

    /// Puts what is on the platter in place of what a reader saw.
    private func restore(_ index: Int) {
        let range = range(of: index, within: bytes.count)
        for offset in range { bytes[offset] = offset < durable.count ? durable[offset] : 0 }
    }

    /// The power goes: of what was not synced, anything may be left.
    func losePower(_ tear: Tear, _ chance: inout Seeded) {
        guard isDirty else { return }
        let seen = bytes
        let length = chance.oneIn(2) ? seen.count : durable.count
        Self.resize(&durable, to: length)
        for index in touched.sorted() where sectors[index] == .dirty {
            let range = range(of: index, within: min(length, seen.count))
            switch tear.fate(&chance) {
            case .kept: durable.replaceSubrange(range, with: seen[range])
            case .dropped: break
            case .torn:
                guard !range.isEmpty else { break }
                let middle = range.lowerBound + chance.below(range.count)
                let part = chance.oneIn(2) ? range.lowerBound..<middle : middle..<range.upperBound
                durable.replaceSubrange(part, with: seen[part])
            case .noise:
                for offset in self.range(of: index, within: length) {
                    durable[offset] = UInt8(truncatingIfNeeded: chance.next())
                }
            }
        }
        bytes = durable
        touched = []
        sectors = []
    }

    /// Changes what is on the platter, behind everybody's back.
    func damage(_ change: (inout [UInt8]) -> Void) {
        sync()
        change(&bytes)
        durable = bytes
        touched = []
        sectors = []
    }

    /// A file with the same contents, durable.
    func copy() -> SimulatedFile {
        let copy = SimulatedFile()
        copy.bytes = bytes
        copy.durable = bytes
        return copy
    }

    private func range(of sector: Int, within count: Int) -> Range<Int> {
        let start = min(count, sector * Self.sectorBytes)
        return start..<min(count, start + Self.sectorBytes)
    }

    private func copy(_ sector: Int, from source: [UInt8], to target: inout [UInt8]) {
        let range = range(of: sector, within: min(source.count, target.count))
        guard !range.isEmpty else { return }
        unsafe target.withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[range])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    private static func resize(_ bytes: inout [UInt8], to count: Int) {
        if bytes.count > count {
            bytes.removeLast(bytes.count - count)
        } else if bytes.count < count {
            bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
        }
    }
}

/// What may become of a sector that was not synced when the power went.
struct Tear {
    enum Fate { case kept, dropped, torn, noise }

    /// Whether a sector may be half old and half new.
    var tears = true
    /// Whether a sector may come back as noise, over its whole length.
    var trashes = true

    func fate(_ chance: inout Seeded) -> Fate {
        switch chance.below(6) {
        case 0, 1: .kept
        case 2, 3: .dropped
        case 4: tears ? .torn : .kept
        default: trashes ? .noise : .dropped
        }
    }
}
