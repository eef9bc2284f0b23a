internal import Glibc

/// A queue of records behind a mutex, whose consumer sleeps on a condition.
@safe final class MutexQueue: RecordQueue {
    let name = "mutex"
    let producerCount: Int
    let holdCount = 40_000
    private static let slotCount = 1 << 17
    nonisolated(unsafe) private let slots: UnsafeMutableRawPointer
    nonisolated(unsafe) private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    nonisolated(unsafe) private let condition: UnsafeMutablePointer<pthread_cond_t>
    /// Records ever put in, and ever taken out; under the mutex.
    nonisolated(unsafe) private var tail = 0
    nonisolated(unsafe) private var head = 0

    init(producers: Int) {
        producerCount = producers
        unsafe slots = .allocate(
            byteCount: Self.slotCount * SendLoad.recordBytes, alignment: 64)
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
        unsafe slots.deallocate()
    }

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        var sender = MutexSender(queue: self)
        return try load.run(&sender)
    }

    func receive(_ count: Int) {
        var receiver = MutexReceiver(queue: self)
        take(count, from: &receiver)
    }

    @inline(__always)
    fileprivate func put(_ record: UnsafeRawBufferPointer) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard unsafe tail - head < Self.slotCount, let source = record.baseAddress else {
            return false
        }
        unsafe slot(tail).copyMemory(from: source, byteCount: record.count)
        unsafe tail += 1
        if unsafe tail - head == 1 { unsafe pthread_cond_signal(condition) }
        return true
    }

    @inline(__always)
    fileprivate func remove(into record: UnsafeMutableRawPointer) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while unsafe head == tail { unsafe pthread_cond_wait(condition, mutex) }
        unsafe record.copyMemory(from: slot(head), byteCount: SendLoad.recordBytes)
        unsafe head += 1
    }

    private func slot(_ number: Int) -> UnsafeMutableRawPointer {
        unsafe slots + number % Self.slotCount * SendLoad.recordBytes
    }
}

private struct MutexSender: ~Copyable, RecordSender {
    let queue: MutexQueue

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool { unsafe queue.put(record) }
}

private struct MutexReceiver: ~Copyable, RecordReceiver {
    let queue: MutexQueue
    var record = [UInt8](repeating: 0, count: SendLoad.recordBytes)

    @inline(__always)
    mutating func receive() -> Int {
        let queue = queue
        unsafe record.withUnsafeMutableBytes { (room) in
            if let start = room.baseAddress { unsafe queue.remove(into: start) }
        }
        return 1
    }
}
