internal import Glibc
internal import Ring
internal import SeededText
internal import Synchronization

/// A thread that changes a lane under its reader's eyes.
final class Scribbler: Sendable {
    private let words: Words
    private let isEnded = Atomic(false)
    private let hasEnded = Atomic(false)

    init(_ words: Words) {
        self.words = words
        var thread = pthread_t()
        let own = unsafe Unmanaged.passRetained(self).toOpaque()
        guard unsafe pthread_create(&thread, nil, run, own) == 0 else { fatalError("no thread") }
        pthread_detach(thread)
    }

    /// Returns once the thread touches the lane no more.
    func end() {
        isEnded.store(true, ordering: .relaxed)
        while !hasEnded.load(ordering: .acquiring) { sched_yield() }
    }

    fileprivate func scribble() {
        var random = Seeded(17)
        let capacity = words.capacity
        let most = UInt64(LaneLayout.payloadMost(capacity: capacity))
        while !isEnded.load(ordering: .relaxed) {
            // Records that are good, and turn bad and good again where the reader stands.
            let place = words.head & ~7
            words.tail = place &+ UInt64(capacity)
            for _ in 0..<16 {
                words.setHead(at: place, count: most, kind: 1)
                words.setHead(at: place, count: Words.lie(capacity, &random), kind: 1)
                words.setHead(at: place, count: UInt64(capacity) * 64, kind: 1)
                words.setHead(at: place, count: 0, kind: random.oneIn(2) ? 0xFFFF : 1)
            }
            for _ in 0..<4 { words.scribble(&random) }
        }
        hasEnded.store(true, ordering: .releasing)
    }
}

// A function, not a closure: that could be the main thread's.
private func run(_ own: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let own = unsafe own else { return nil }
    unsafe Unmanaged<Scribbler>.fromOpaque(own).takeRetainedValue().scribble()
    return nil
}
