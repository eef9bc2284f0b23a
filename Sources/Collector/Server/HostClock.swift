internal import CPlatform
internal import Events
internal import Foundation

/// The clock of the collector's machine, and whether devices are told what it shows.
///
/// A device that is told a wrong time keeps it for what it captures: nothing that the collector
/// learns later takes it back.
struct HostClock: Sendable {
    enum State: Equatable {
        /// A time source keeps it.
        case synchronised
        /// The kernel knows of no time source.
        case unsynchronised
        /// It shows a time before this software.
        case unset
    }

    struct Reading: Sendable {
        /// Unix time.
        var milliseconds: Int64
        /// Whether the kernel says that a time source keeps it.
        var isSynchronised: Bool

        var state: State {
            if milliseconds < TimeQuality.plausibleFromMilliseconds { return .unset }
            return isSynchronised ? .synchronised : .unsynchronised
        }
    }

    /// Whether an operator vouches for the clock though the kernel knows of no time source.
    var isTrusted = false
    var read: @Sendable () -> Reading = {
        Reading(
            milliseconds: BlockDesk.nowMilliseconds(),
            isSynchronised: platform_clock_is_synchronised() != 0)
    }

    /// Whether devices are told a time that was read.
    func isTold(_ reading: Reading) -> Bool {
        switch reading.state {
        case .synchronised: true
        case .unsynchronised: isTrusted
        case .unset: false
        }
    }
    /// What is noted of the moment that was read.
    func arrival(_ reading: Reading) -> Arrival {
        Arrival(milliseconds: reading.milliseconds, isVouched: isTold(reading))
    }
}
