internal import Foundation
internal import Synchronization

/// Threads that begin together.
enum Race {
    /// What came of it.
    struct Outcome {
        /// From the beginning to when the last thread was done.
        var nanoseconds: UInt64 = 0
        /// What each sender says of itself.
        var senders: [SendTimes] = []
    }

    /// Runs every body in a thread of its own and waits for all.
    static func run(
        sending bodies: [@Sendable () throws -> SendTimes],
        receiving: (@Sendable () throws -> Void)? = nil
    ) throws -> Outcome {
        let lane = Lane(count: bodies.count + (receiving == nil ? 0 : 1))
        for (number, body) in bodies.enumerated() {
            start { lane.enter { try lane.set(body(), number) } }
        }
        if let receiving { start { lane.enter { try receiving() } } }
        return try lane.wait()
    }

    private static func start(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread { body() }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Where they line up, and where what they did is put down.
    private final class Lane: Sendable {
        private struct State {
            var times: [Int: SendTimes] = [:]
            var failure: (any Error)?
        }

        private let count: Int
        private let ready = Atomic(0)
        private let startedAt = Atomic<UInt64>(0)
        private let done = DispatchSemaphore(value: 0)
        private let state = Mutex(State())

        init(count: Int) { self.count = count }

        func enter(_ body: () throws -> Void) {
            // Acquire-release: nobody begins before all are here.
            if ready.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == count {
                startedAt.store(MonotonicClock.now(), ordering: .releasing)
            }
            while startedAt.load(ordering: .acquiring) == 0 {}
            do { try body() } catch { state.withLock { $0.failure = error } }
            done.signal()
        }

        func set(_ times: SendTimes, _ number: Int) {
            state.withLock { $0.times[number] = times }
        }

        func wait() throws -> Outcome {
            for _ in 0..<count { done.wait() }
            let end = MonotonicClock.now()
            return try state.withLock { (state) in
                if let failure = state.failure { throw failure }
                return Outcome(
                    nanoseconds: end - startedAt.load(ordering: .acquiring),
                    senders: state.times.sorted { $0.key < $1.key }.map(\.value))
            }
        }
    }
}
