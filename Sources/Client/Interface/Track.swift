internal import CFootfall
internal import CPlatform
internal import Ring

// The functions of `footfall.h` by which events are handed over; what each promises stands there.

/// Hands over one event: `footfall_track` of `footfall.h`.
@c @implementation
public func footfall_track(
    _ client: UInt32, _ event: UnsafePointer<CChar>?, _ properties: UnsafePointer<CChar>?,
    _ flags: UInt32
) -> Int32 {
    guard let event = unsafe event else { return ClientStatus.invalid }
    let propertiesBytes = unsafe properties.map { unsafe strlen($0) } ?? 0
    return unsafe HandingOver.handOver(
        client, EventText(.track, event, strlen(event), properties, propertiesBytes), flags)
}

/// Hands over one event, its texts by length: `footfall_track_bytes` of `footfall.h`.
@c @implementation
public func footfall_track_bytes(
    _ client: UInt32, _ event: UnsafePointer<CChar>?, _ eventBytes: Int,
    _ properties: UnsafePointer<CChar>?, _ propertiesBytes: Int, _ flags: UInt32
) -> Int32 {
    // As C has them, lengths have no sign: what is negative here is longer than any memory.
    guard let event = unsafe event, eventBytes >= 0, propertiesBytes >= 0 else {
        return ClientStatus.invalid
    }
    guard unsafe properties != nil || propertiesBytes == 0 else { return ClientStatus.invalid }
    return unsafe HandingOver.handOver(
        client, EventText(.track, event, eventBytes, properties, propertiesBytes), flags)
}

/// Says who the shopper is: `footfall_identify` of `footfall.h`.
@c @implementation
public func footfall_identify(
    _ client: UInt32, _ user: UnsafePointer<CChar>?, _ traits: UnsafePointer<CChar>?
) -> Int32 {
    guard let user = unsafe user else { return ClientStatus.invalid }
    let traitsBytes = unsafe traits.map { unsafe strlen($0) } ?? 0
    return unsafe HandingOver.handOver(
        client, EventText(.identify, user, strlen(user), traits, traitsBytes), 0,
        marks: [.identity, .critical])
}

/// A shopper comes: `footfall_visit_start` of `footfall.h`.
@c @implementation
public func footfall_visit_start(_ client: UInt32) -> Int32 {
    HandingOver.handOver(client, "Visit Started")
}

/// A shopper leaves: `footfall_visit_end` of `footfall.h`.
@c @implementation
public func footfall_visit_end(_ client: UInt32) -> Int32 {
    HandingOver.handOver(client, "Visit Ended")
}

/// One event into the calling thread's lane.
enum HandingOver {
    /// The kind of records that are events: what the agent's intake takes.
    static let eventKind: UInt16 = 1

    static func handOver(_ client: UInt32, _ name: ConstantText) -> Int32 {
        unsafe handOver(client, EventText(.track, name.start, name.count, nil, 0), 0)
    }

    @inline(__always)
    static func handOver(
        _ client: UInt32, _ text: EventText, _ flags: UInt32, marks: RecordFlags = []
    ) -> Int32 {
        guard let flags = recordFlags(flags) else { return ClientStatus.invalid }
        let marked = flags.union(marks)
        return unsafe Entering.use(
            client,
            { (slot, client) in
                guard unsafe !slot.pointee.isBuilding else { return ClientStatus.busy }
                guard unsafe slot.pointee.lane >= 0 else {
                    return unsafe share(
                        client, text.kind, text.name, text.nameBytes, text.object,
                        text.objectBytes, marked)
                }
                return unsafe write(slot, client, text, marked)
            },
            elsewhere: {
                unsafe visit(
                    client, text.kind, text.name, text.nameBytes, text.object, text.objectBytes,
                    marked)
            })
    }

    @inline(__always)
    private static func write(
        _ slot: UnsafeMutablePointer<ThreadSlot>, _ client: UnsafeMutablePointer<Client>,
        _ text: EventText, _ flags: RecordFlags
    ) -> Int32 {
        let time = UInt64(truncatingIfNeeded: platform_boot_nanoseconds())
        guard let room = unsafe slot.pointee.writer.claim(text.count, flags, at: time) else {
            return unsafe refusal(text.count, client)
        }
        unsafe text.write(to: room, at: time)
        unsafe slot.pointee.writer.commit(text.count, kind: eventKind, flags: flags)
        if unsafe slot.pointee.writer.mustRing(slot.pointee.doorbell, flags) {
            unsafe Client.ring(client, .look)
        }
        return ClientStatus.ok
    }

    // Both take the event in parts: as a whole it would have to be put into memory on the way of
    // those that have a lane.

    @inline(never)
    private static func visit(
        _ handle: UInt32, _ kind: EventText.Kind, _ name: UnsafePointer<CChar>, _ nameBytes: Int,
        _ object: UnsafePointer<CChar>?, _ objectBytes: Int, _ flags: RecordFlags
    ) -> Int32 {
        unsafe Entering.visit(handle) { (client) in
            unsafe share(client, kind, name, nameBytes, object, objectBytes, flags)
        }
    }

    /// Into the lane of those that have none.
    @inline(never)
    private static func share(
        _ client: UnsafeMutablePointer<Client>, _ kind: EventText.Kind,
        _ name: UnsafePointer<CChar>, _ nameBytes: Int, _ object: UnsafePointer<CChar>?,
        _ objectBytes: Int, _ flags: RecordFlags
    ) -> Int32 {
        let text = unsafe EventText(kind, name, nameBytes, object, objectBytes)
        let time = UInt64(truncatingIfNeeded: platform_boot_nanoseconds())
        var mustRing = false
        let outcome = unsafe client.pointee.region.overflowLane().write(
            text.count, kind: eventKind, flags: flags, at: time, by: platform_thread(),
            client.pointee.doorbell, mustRing: &mustRing,
            where: { platform_thread_is_gone($0) != 0 },
            fill: { (room) in unsafe text.write(to: room, at: time) })
        if mustRing { unsafe Client.ring(client, .look) }
        guard case .written = outcome else { return unsafe refusal(text.count, client) }
        return ClientStatus.ok
    }

    /// Why an event of so many bytes was dropped.
    static func refusal(_ count: Int, _ client: UnsafeMutablePointer<Client>) -> Int32 {
        let capacity = unsafe client.pointee.region.geometry.capacity
        return count > LaneLayout.payloadMost(capacity: capacity)
            ? ClientStatus.tooLong : ClientStatus.full
    }

    /// The flags of a record, by those of an event; nil for one that means nothing.
    @inline(__always)
    static func recordFlags(_ flags: UInt32) -> RecordFlags? {
        switch flags {
        case 0: []
        case UInt32(truncatingIfNeeded: FOOTFALL_CRITICAL): .critical
        case UInt32(truncatingIfNeeded: FOOTFALL_AMBIENT): .ambient
        default: nil
        }
    }
}
