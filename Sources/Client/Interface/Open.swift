public import CFootfall
internal import CPlatform
internal import Ring

// The functions of `footfall.h` by which clients begin, wait and end; what each promises stands
// there.

/// The library's version: `footfall_version` of `footfall.h`.
@c @implementation
public func footfall_version() -> UInt32 { 1000 }

/// A status in words: `footfall_status_text` of `footfall.h`.
@c @implementation
public func footfall_status_text(_ status: Int32) -> UnsafePointer<CChar>? {
    unsafe ClientStatus.text(status).start
}

/// Opens a client: `footfall_open` of `footfall.h`.
@c @implementation
public func footfall_open(
    _ options: UnsafePointer<footfall_options>?, _ client: UnsafeMutablePointer<UInt32>?
) -> Int32 {
    guard let client = unsafe client else { return ClientStatus.invalid }
    unsafe client.pointee = 0
    guard let settings = unsafe Settings(options) else { return ClientStatus.invalid }
    let (handle, status) = Opening.open(settings)
    unsafe client.pointee = handle
    return status
}

/// Looks for the agent, without waiting: `footfall_poll` of `footfall.h`.
@c @implementation
public func footfall_poll(_ client: UInt32) -> Int32 {
    let room = unsafe ClientRoom.of(client)
    return unsafe Entering.visit(client) { (client) in
        guard unsafe client.pointee.helper == nil else { return ClientStatus.invalid }
        unsafe Attachment.poll(room, client)
        return ClientStatus.ok
    }
}

/// Waits until all is stored: `footfall_flush` of `footfall.h`.
@c @implementation
public func footfall_flush(_ client: UInt32, _ timeoutMilliseconds: UInt32) -> Int32 {
    Flushing.flush(client, Int64(timeoutMilliseconds))
}

/// What a client has done so far: `footfall_get_stats` of `footfall.h`.
@c @implementation
public func footfall_get_stats(
    _ client: UInt32, _ stats: UnsafeMutablePointer<footfall_stats>?
) -> Int32 {
    guard let stats = unsafe stats,
        unsafe stats.pointee.size == MemoryLayout<footfall_stats>.size
    else { return ClientStatus.invalid }
    return unsafe Entering.visit(client) { (client) in
        let region = unsafe client.pointee.region
        var dropped: UInt64 = 0
        var waiting: UInt64 = 0
        var lane = 0
        while lane < region.geometry.lanes {
            dropped &+= region.dropCount(ofLane: lane)
            let ends = region.ends(ofLane: lane)
            waiting &+= ends.written &- ends.durable
            lane &+= 1
        }
        unsafe stats.pointee.is_attached = client.pointee.attachment.isAttached ? 1 : 0
        unsafe stats.pointee.dropped = dropped
        unsafe stats.pointee.waiting_bytes = waiting
        let refusal = unsafe client.pointee.attachment.refusal
        let bytes = unsafe MemoryLayout.size(ofValue: stats.pointee.refusal)
        unsafe refusal.withText { (text) in
            unsafe withUnsafeMutablePointer(to: &stats.pointee.refusal) { (room) in
                unsafe _ = memcpy(room, text, bytes)
            }
        }
        return ClientStatus.ok
    }
}

/// Closes a client: `footfall_close` of `footfall.h`.
@c @implementation
public func footfall_close(_ client: UInt32) -> Int32 { Opening.close(client) }
