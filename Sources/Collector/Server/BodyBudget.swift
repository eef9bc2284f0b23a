internal import Synchronization

/// Bounds what the bodies of all requests in progress may take of the memory together.
final class BodyBudget: Sendable {
    private let free: Atomic<Int>

    init(bytes: Int) { free = Atomic(bytes) }

    /// Sets bytes aside; false where there are not so many left.
    func reserve(_ bytes: Int) -> Bool {
        let (_, left) = free.subtract(bytes, ordering: .relaxed)
        guard left < 0 else { return true }
        release(bytes)
        return false
    }

    /// Whether a reservation of so many bytes would succeed now.
    func hasRoom(for bytes: Int) -> Bool { free.load(ordering: .relaxed) >= bytes }

    func release(_ bytes: Int) { free.add(bytes, ordering: .relaxed) }
}
