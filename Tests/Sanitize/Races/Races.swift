internal import Glibc
internal import Ring
internal import SeededText

/// One thread writes a small lane while another reads it, under ThreadSanitizer.
///
/// The two meet in the lane and nowhere else: a lock, a flag or a print between them would order
/// what only the lane has to, and hide that it does not.
@main struct Races {
    static func main() {
        let lane = Lane()
        var writer = pthread_t()
        var reader = pthread_t()
        let opaque = unsafe lane.memory
        guard
            unsafe pthread_create(&writer, nil, write, opaque) == 0,
            unsafe pthread_create(&reader, nil, read, opaque) == 0
        else { fatalError("no threads") }
        guard pthread_join(writer, nil) == 0, pthread_join(reader, nil) == 0
        else { fatalError("threads that do not end") }
        print("\(Lane.recordCount) records came in order and intact")
    }
}

// Functions, not closures: those would be the main thread's.
private func write(_ lane: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Lane(lane).write()
}

private func read(_ lane: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Lane(lane).read()
}

/// The lane's memory, and what either thread does with it.
@safe private struct Lane {
    static let recordCount = 250_000
    /// Comes round every dozen records.
    private static let capacity = 1024

    let memory: UnsafeMutableRawPointer

    init() {
        let bytes = LaneLayout.stride(capacity: Lane.capacity)
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    init(_ memory: UnsafeMutableRawPointer?) {
        guard let memory = unsafe memory else { fatalError("a thread without its lane") }
        unsafe self.memory = memory
    }

    func write() -> UnsafeMutableRawPointer? {
        var lane = unsafe LaneWriter(lane: memory, capacity: Lane.capacity)
        var random = Seeded(7)
        for number in 0..<Lane.recordCount {
            let payload = Lane.payload(number, &random)
            unsafe payload.withUnsafeBytes { bytes in
                while unsafe lane.write(bytes, kind: 1, at: 0) != .written { sched_yield() }
            }
        }
        return nil
    }

    func read() -> UnsafeMutableRawPointer? {
        var lane = unsafe LaneReader(lane: memory, capacity: Lane.capacity, from: nil)
        var random = Seeded(7)
        var payload: [UInt8] = []
        var number = 0
        while number < Lane.recordCount {
            do throws(LaneFault) {
                if try lane.next(into: &payload) == nil {
                    if try lane.look() == nil { sched_yield() }
                    continue
                }
            } catch {
                fatalError("record \(number): \(error)")
            }
            guard payload == Lane.payload(number, &random) else {
                fatalError("record \(number) is not as it was written")
            }
            number += 1
            if number.isMultiple(of: 3) { lane.release() }
        }
        return nil
    }

    private static func payload(_ number: Int, _ random: inout Seeded) -> [UInt8] {
        let count = random.below(LaneLayout.payloadMost(capacity: capacity) + 1)
        return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
    }
}
