internal import CPlatform
internal import Synchronization

/// How soundly the reader sleeps: who is to wake it.
public enum Rest: UInt64, Sendable {
    /// It is awake and looks at every lane before it sleeps.
    case awake = 0
    /// Woken by critical records, and by a lane more than half full.
    case dozing = 1
    /// Woken by normal records as well.
    case drowsy = 2
    /// Woken by every record.
    case asleep = 3
}

/// A region's word of rest, as its writers use it.
///
/// Copies mean the same word; none may outlive the region. For any thread.
@safe public struct Doorbell {
    private let rest: UnsafeMutablePointer<Atomic<UInt64>>
    private let readersFences: UnsafeMutablePointer<Atomic<UInt64>>
    private let fences: Bool

    init(
        rest: UnsafeMutablePointer<Atomic<UInt64>>,
        readersFences: UnsafeMutablePointer<Atomic<UInt64>>, fences: Bool
    ) {
        unsafe self.rest = rest
        unsafe self.readersFences = readersFences
        self.fences = fences
    }

    /// Has the reader's barriers reach this process; once, before it writes.
    ///
    /// - Returns: whether they do; where not, the doorbell needs fences.
    public static func register() -> Bool { platform_barrier_register() == 0 }

    /// Whether the reader may be asleep: to be asked after `tail` was stored.
    @inline(__always)
    var isResting: Bool {
        platform_compiler_barrier()
        // Relaxed: a setting of the reader's, from before the region was attached.
        let readersFences = unsafe readersFences.pointee.load(ordering: .relaxed)
        if fences || readersFences != 0 {
            // Sequentially consistent: the partner of the fence in ``RestBarrier/cross()``.
            atomicMemoryFence(ordering: .sequentiallyConsistent)
        }
        // Relaxed: after `tail` by the fence, or by the kernel's barrier in the reader's
        // ``RestBarrier/cross()`` and the compiler's here.
        return unsafe rest.pointee.load(ordering: .relaxed) != 0
    }

    /// Takes it upon the caller to wake a reader that wants it for this urgency; false where it
    /// does not, or another took it.
    func take(for urgency: Urgency) -> Bool {
        // Relaxed: it has been ordered after `tail` by `isResting`.
        guard unsafe rest.pointee.load(ordering: .relaxed) &+ urgency.rawValue >= 4
        else { return false }
        // Acquire-release: of several writers the first alone finds it not 0. One that finds a
        // lighter rest by now has to ring for it all the same, having ended it.
        return unsafe rest.pointee.exchange(
            Rest.awake.rawValue, ordering: .acquiringAndReleasing) != 0
    }
}

/// What the reader crosses between its word of rest and its last look at the lanes.
public struct RestBarrier: Sendable {
    /// Whether the kernel refused it, so that the writers need fences of their own.
    public let needsFences: Bool

    /// Asks the kernel.
    public init() { needsFences = platform_barrier_cross() != 0 }

    /// Makes one that is known to be refused, or not.
    init(needsFences: Bool) { self.needsFences = needsFences }

    /// Orders what this thread stored before what it loads from here on, against the writers' order
    /// of `tail` and rest.
    public func cross() {
        // The kernel's barrier is one for the calling thread, too.
        if !needsFences, platform_barrier_cross() == 0 { return }
        // Sequentially consistent: the partner of the fence in the doorbell.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }
}
