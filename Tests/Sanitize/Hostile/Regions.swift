internal import Glibc
internal import Ring
internal import SeededText

/// Regions whose header says what is not so.
enum Regions {
    /// Makes regions, spoils their headers, and uses what is taken all the same.
    static func take(count: Int) -> (taken: Int, refused: Int) {
        var random = Seeded(19)
        var (takenCount, refusedCount) = (0, 0)
        guard let geometry = RegionGeometry(lanes: 2, capacity: LaneLayout.capacityLeast) else {
            fatalError("no geometry")
        }
        for _ in 0..<count {
            do throws(RegionError) {
                let made = try Region(making: geometry, identifier: (1, 2), process: 3)
                defer { made.close() }
                guard let descriptor = made.descriptor else { fatalError("no descriptor") }
                if !random.oneIn(4) { spoil(descriptor, &random) }
                let taken = try Region(taking: descriptor)
                defer { taken.close() }
                guard taken.geometry.bytes == geometry.bytes else {
                    fatalError("a region of \(taken.geometry.bytes) bytes")
                }
                for lane in -1...taken.geometry.lanes {
                    guard let reader = taken.reader(ofLane: lane) else { continue }
                    var victim = Victim(reader, taken.geometry.capacity, isStill: true)
                    if let writer = made.writer(ofLane: lane) { write(writer) }
                    _ = victim.pass(&random)
                }
                takenCount += 1
            } catch {
                if case .system = error { fatalError("no regions: \(error)") }
                refusedCount += 1
            }
        }
        return (takenCount, refusedCount)
    }

    private static func write(_ writer: consuming LaneWriter) {
        var writer = writer
        unsafe [UInt8](repeating: 7, count: 100).withUnsafeBytes { bytes in
            _ = unsafe writer.write(bytes, kind: 1, at: 0)
        }
    }

    /// Overwrites a field of the header with something near or anything.
    private static func spoil(_ descriptor: Int32, _ random: inout Seeded) {
        let offset = random.below(16) * 4
        var value = random.oneIn(2) ? UInt64(random.below(70)) : random.next()
        if random.oneIn(3) { value = 1 << UInt64(random.below(32)) }
        guard unsafe pwrite(descriptor, &value, 4, off_t(offset)) == 4 else {
            fatalError("a region that cannot be written")
        }
    }
}
