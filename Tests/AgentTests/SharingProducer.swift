import CPlatform
import Events
import Foundation
import Platform
import Ring
import Testing

@testable import Agent

/// A producer that shares memory with a kiosk's agent, in the tests' own process.
final class SharingProducer {
    let region: Region
    private let kiosk: Kiosk
    private var lanes: [Lane] = []
    private(set) var connection: ConnectionID
    private(set) var ringCount = 0

    deinit { region.close() }

    private final class Lane {
        var writer: LaneWriter
        init(_ writer: consuming LaneWriter) { self.writer = writer }
    }

    /// Makes a region and hands it over.
    init(
        _ kiosk: Kiosk, lanes: Int = 2, capacity: Int = 65_536, number: UInt64 = 1,
        userID: UInt32 = 1000
    ) throws {
        self.kiosk = kiosk
        let geometry = try #require(RegionGeometry(lanes: lanes, capacity: capacity))
        region = try Region(making: geometry, identifier: (0xAB, number), process: 42)
        for lane in 0..<lanes {
            guard let writer = region.writer(ofLane: lane) else { fatalError("no such lane") }
            self.lanes.append(Lane(writer))
        }
        connection = kiosk.connect(.ring, userID: userID)
        try handOver()
    }

    /// Connects again, as to another agent, and hands the same region over.
    func attachAgain(userID: UInt32 = 1000) throws {
        connection = kiosk.connect(.ring, userID: userID)
        try handOver()
    }

    func handOver() throws {
        let number = dup(try #require(region.descriptor))
        kiosk.world.happen(
            .handed(connection, try FileDescriptor(owning: number, "share memory")))
        kiosk.world.happen(.received(connection, Array("FFRING1\0".utf8)))
    }

    /// Writes an event that happens now, and wakes the agent if that has to be.
    @discardableResult
    func track(
        _ name: String, lane: Int = 0, _ flags: RecordFlags = [], later nanoseconds: UInt64 = 0
    ) -> HandOver {
        write(
            Array(Kiosk.track(name).utf8), lane: lane, flags,
            at: UInt64(kiosk.world.now.milliseconds) * 1_000_000 + nanoseconds)
    }

    /// Writes a record with a time before its text.
    @discardableResult
    func write(
        _ text: [UInt8], lane: Int = 0, _ flags: RecordFlags = [], at nanoseconds: UInt64,
        kind: UInt16 = 1
    ) -> HandOver {
        let payload = (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * $0)) } + text
        return writeRaw(payload, lane: lane, flags, kind: kind)
    }

    @discardableResult
    func writeRaw(
        _ payload: [UInt8], lane: Int = 0, _ flags: RecordFlags = [], kind: UInt16 = 1
    ) -> HandOver {
        let outcome = unsafe payload.withUnsafeBytes { (bytes) in
            unsafe lanes[lane].writer.write(bytes, kind: kind, flags: flags, at: 0)
        }
        guard outcome == .written else { return outcome }
        if lanes[lane].writer.mustRing(region.doorbell(fences: false), flags) {
            ringCount += 1
            kiosk.world.happen(.received(connection, [0]))
        }
        return outcome
    }

    /// Tells the agent that somebody waits until all is stored.
    func askToStore() { kiosk.world.happen(.received(connection, [1])) }

    /// Signalled once a thread that sleeps on a lane's stored end is woken; it sleeps at return.
    func sleeper(lane: Int) throws -> DispatchSemaphore {
        let woken = DispatchSemaphore(value: 0)
        let isBegun = DispatchSemaphore(value: 0)
        let sleeping = Sleeping(region: region, lane: lane)
        Thread {
            isBegun.signal()
            // The kernel compares the word itself: woken, or late, it goes on all the same.
            sleeping.sleep()
            woken.signal()
        }.start()
        isBegun.wait()
        return woken
    }

    private struct Sleeping: @unchecked Sendable {
        let region: Region
        let lane: Int

        func sleep() { region.waitForDurable(ofLane: lane, seen: 0, milliseconds: 60_000) }
    }

    /// The process is gone.
    func leave() { kiosk.world.happen(.closed(connection)) }

    /// What it was answered since it was last asked.
    var answer: String { String(decoding: kiosk.world.takeSent(connection), as: UTF8.self) }

    /// Sets a word of a lane, as no writer does.
    func scribble(_ value: UInt64, lane: Int, at offset: Int) {
        let start = 4096 + lane * (4096 + 65_536) + offset
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        guard let descriptor = region.descriptor else { return }
        precondition(unsafe pwrite(descriptor, bytes, 8, off_t(start)) == 8)
    }

    /// A word of a lane.
    func word(lane: Int, at offset: Int) -> UInt64 {
        var bytes = [UInt8](repeating: 0, count: 8)
        let start = 4096 + lane * (4096 + 65_536) + offset
        guard let descriptor = region.descriptor,
            unsafe pread(descriptor, &bytes, 8, off_t(start)) == 8
        else { return 0 }
        return bytes.indices.reduce(0) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    }
}
