internal import Synchronization

/// What no queue can be quicker than: the bytes copied once, and what hands them over.
enum IdealStream {
    private static let slotBytes = 304
    private static let slotCount = 55_188
    private static let batchCount = 64

    /// One thread: a copy into 16 MB, an addition that is one step, and a release, in nanoseconds
    /// for all.
    static func write(_ count: Int, _ memory: StreamMemory) -> UInt64 {
        unsafe withUnsafeTemporaryAllocation(byteCount: SendLoad.recordBytes, alignment: 8) {
            unsafe _ = $0.initializeMemory(as: UInt8.self, repeating: 0x61)
            let record = UnsafeRawBufferPointer($0)
            let start = MonotonicClock.now()
            for _ in 0..<count {
                // Both orders, and the release below, are what is measured: nobody reads it.
                let place = unsafe memory.claimed.pointee.wrappingAdd(
                    1, ordering: .acquiringAndReleasing)
                unsafe memory.slot(place.oldValue).copyMemory(from: record)
                unsafe memory.tail.pointee.store(place.newValue, ordering: .releasing)
            }
            return MonotonicClock.now() - start
        }
    }

    /// Two threads: slots of fixed length, without a header or padding, copied in and out.
    static func stream(_ count: Int, _ memory: StreamMemory) throws -> UInt64 {
        unsafe memory.tail.pointee.store(0, ordering: .relaxed)
        unsafe memory.head.pointee.store(0, ordering: .relaxed)
        return try Race.run(
            sending: [{ Self.send(count, memory) }],
            receiving: { Self.receive(count, memory) }
        ).nanoseconds
    }

    private static func send(_ count: Int, _ memory: StreamMemory) -> SendTimes {
        unsafe withUnsafeTemporaryAllocation(byteCount: SendLoad.recordBytes, alignment: 8) {
            unsafe _ = $0.initializeMemory(as: UInt8.self, repeating: 0x61)
            let record = UnsafeRawBufferPointer($0)
            var headSeen = 0
            for number in 0..<count {
                while number - headSeen >= slotCount {
                    // Acquire: the partner of the release in `receive`.
                    headSeen = unsafe memory.head.pointee.load(ordering: .acquiring)
                    if number - headSeen >= slotCount { MonotonicClock.pause() }
                }
                unsafe memory.slot(number).copyMemory(from: record)
                // Release: the partner of the acquire in `receive`.
                unsafe memory.tail.pointee.store(number + 1, ordering: .releasing)
            }
            return SendTimes()
        }
    }

    private static func receive(_ count: Int, _ memory: StreamMemory) {
        unsafe withUnsafeTemporaryAllocation(byteCount: SendLoad.recordBytes, alignment: 8) {
            (room) in
            var head = 0
            while head < count {
                // Acquire: the partner of the release in `send`.
                let tail = unsafe memory.tail.pointee.load(ordering: .acquiring)
                if tail == head { MonotonicClock.pause() }
                while head < tail {
                    unsafe room.copyMemory(from: UnsafeRawBufferPointer(memory.slot(head)))
                    head += 1
                    guard head % batchCount == 0 else { continue }
                    // Release: the partner of the acquire in `send`.
                    unsafe memory.head.pointee.store(head, ordering: .releasing)
                }
                unsafe memory.head.pointee.store(head, ordering: .releasing)
            }
        }
    }

    /// The memory of both.
    @safe final class StreamMemory: Sendable {
        private static let headerBytes = 4096
        private static let distanceBytes = 128
        nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

        init() {
            let bytes = Self.headerBytes + slotBytes * slotCount
            unsafe memory = .allocate(byteCount: bytes, alignment: Self.headerBytes)
            unsafe _ = memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }

        deinit { unsafe memory.deallocate() }

        // Each word on lines of its own, as the lanes have them.
        var claimed: UnsafeMutablePointer<Atomic<Int>> { unsafe word(0) }
        var tail: UnsafeMutablePointer<Atomic<Int>> { unsafe word(1) }
        var head: UnsafeMutablePointer<Atomic<Int>> { unsafe word(2) }

        @inline(__always)
        func slot(_ number: Int) -> UnsafeMutableRawBufferPointer {
            unsafe UnsafeMutableRawBufferPointer(
                start: memory + Self.headerBytes + number % slotCount * slotBytes,
                count: SendLoad.recordBytes)
        }

        private func word(_ number: Int) -> UnsafeMutablePointer<Atomic<Int>> {
            unsafe (memory + number * Self.distanceBytes)
                .assumingMemoryBound(to: Atomic<Int>.self)
        }
    }
}
