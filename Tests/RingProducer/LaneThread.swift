internal import CPlatform
internal import Platform
internal import Ring
internal import Synchronization

/// One thread that writes one lane.
final class LaneThread {
    private let producer: Producer
    private let number: Int

    init(_ producer: Producer, _ number: Int) {
        self.producer = producer
        self.number = number
    }

    func start() throws(PlatformError) {
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, nil, runLane, context)
        guard code == 0 else { throw PlatformError(operation: "start a thread", errno: code) }
    }

    /// Writes all records, and waits until they are stored.
    func run() {
        let options = producer.options
        let thread = platform_thread()
        let lane = unsafe producer.region.takeLane(for: thread) { platform_thread_is_gone($0) != 0 }
        guard let lane, var writer = unsafe producer.region.writer(ofLane: lane) else { return }
        let bell = unsafe producer.region.doorbell(fences: producer.fences)
        for record in 0..<options.records {
            if options.turns == 1 { waitForTurn() }
            let isCritical = options.critical > 0 && record % options.critical == 0
            let flags: RecordFlags = isCritical ? .critical : []
            let time = UInt64(platform_boot_nanoseconds())
            let payload = event(record, at: time)
            if options.wait == 1 { waitForRoom(writer, payload.count) }
            let outcome = unsafe payload.withUnsafeBytes { (bytes) in
                unsafe writer.write(bytes, kind: 1, flags: flags, at: time)
            }
            let isWritten = if case .written = outcome { true } else { false }
            unsafe producer.ledger[number * options.records + record] = isWritten ? 1 : 2
            if isWritten, writer.mustRing(bell, flags) { producer.ring() }
            if options.turns == 1 { producer.turn.add(1, ordering: .acquiringAndReleasing) }
            if options.pause > 0 { usleep(UInt32(options.pause)) }
        }
        while writer.durableEnd != writer.end { usleep(5_000) }
        unsafe producer.region.freeLane(lane)
        producer.finished.add(1, ordering: .acquiringAndReleasing)
    }

    private func waitForTurn() {
        let threads = producer.options.threads
        while producer.turn.load(ordering: .acquiring) % threads != number { usleep(1) }
    }

    /// Waits until a record fits for certain, wherever in the lane it begins.
    private func waitForRoom(_ writer: borrowing LaneWriter, _ count: Int) {
        let most = UInt64(producer.options.capacity / 8 * 7 - 2 * (count + 16))
        while writer.end &- writer.durableEnd > most { usleep(500) }
    }

    /// A record's time and text, in which every byte follows from its thread and number.
    private func event(_ record: Int, at time: UInt64) -> [UInt8] {
        let options = producer.options
        let length = record &* 7919 % max(1, options.bytes)
        var payload: [UInt8] = []
        payload.reserveCapacity(160 + length)
        for shift in 0..<8 {
            payload.append(UInt8(truncatingIfNeeded: time >> (8 * UInt64(shift))))
        }
        payload += Array("{\"type\":\"track\",\"event\":\"Storm\",\"properties\":{\"run\":".utf8)
        payload += Array(options.run.description.utf8)
        payload += Array(",\"thread\":".utf8) + Array(number.description.utf8)
        payload += Array(",\"number\":".utf8) + Array(record.description.utf8)
        payload += Array(",\"fill\":\"".utf8)
        for index in 0..<length {
            payload.append(UInt8(97 + (index &+ record &* 5 &+ number) % 26))
        }
        return payload + Array("\"}}".utf8)
    }
}

// A free function: a closure written on the main actor would carry its check into this thread.
private func runLane(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<LaneThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
