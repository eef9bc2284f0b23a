internal import CFootfall
internal import CPlatform
internal import Ring

/// An event that is being built in room that was claimed in its thread's lane.
///
/// What the program holds is a `footfall_event` of words: the client, the slot, the room, how far
/// it is filled, and which draft of the slot it is. They are used only while the client is open,
/// the calling thread is the one that began, and the draft the one that it is at.
enum EventDraft {
    // The words of a `footfall_event`.
    private static let magic: UInt64 = 0x4646_4556_454E_5431
    private static var textEnd: ConstantText { "}}" }
    private static var textEndBare: ConstantText { "\"}" }

    static func begin(
        _ handle: UInt32, _ event: UnsafeMutablePointer<footfall_event>,
        _ slot: UnsafeMutablePointer<ThreadSlot>, _ client: UnsafeMutablePointer<Client>,
        _ name: UnsafePointer<CChar>, _ nameBytes: Int, _ bytesMost: Int, _ flags: RecordFlags
    ) -> Int32 {
        let time = UInt64(truncatingIfNeeded: platform_boot_nanoseconds())
        guard unsafe slot.pointee.lane >= 0 else { return unsafe refuse(bytesMost, client) }
        guard let room = unsafe slot.pointee.writer.claim(bytesMost, flags, at: time) else {
            return unsafe HandingOver.refusal(bytesMost, client)
        }
        guard bytesMost >= EventText.timeBytes else { return ClientStatus.tooLong }
        unsafe room.storeBytes(of: time.littleEndian, as: UInt64.self)
        var text = unsafe JSONText(room: room, bytesMost: bytesMost, from: EventText.timeBytes)
        text.append(EventText.trackHead)
        unsafe text.appendQuoted(name, nameBytes)
        guard !text.isFull, text.count &+ textEnd.count <= bytesMost else {
            unsafe memset(room, 0, text.count)
            return ClientStatus.tooLong
        }
        unsafe slot.pointee.isBuilding = true
        unsafe slot.pointee.draft &+= 1
        let draft = unsafe UInt64(slot.pointee.draft)
        unsafe event.pointee.words = (
            magic, UInt64(handle), UInt64(UInt(bitPattern: slot)),
            UInt64(UInt(bitPattern: room)), UInt64(truncatingIfNeeded: bytesMost),
            UInt64(truncatingIfNeeded: text.count), 0, UInt64(flags.rawValue) | draft << 16
        )
        return ClientStatus.ok
    }

    /// Of a thread without a lane nothing can stand in one until it is done: dropped and counted.
    static func refuse(_ bytesMost: Int, _ client: UnsafeMutablePointer<Client>) -> Int32 {
        unsafe client.pointee.region.overflowLane().countDrop(bytesMost)
        return unsafe HandingOver.refusal(bytesMost, client)
    }

    /// Appends one member whose value `write` appends; where it does not fit, nothing.
    @inline(__always)
    static func add(
        _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?,
        _ write: (inout JSONText) -> Void
    ) -> Int32 {
        guard let name = unsafe name else { return ClientStatus.invalid }
        let nameBytes = unsafe strlen(name)
        return unsafe use(event) { (event, _, room) in
            let bytesMost = unsafe Int(truncatingIfNeeded: event.pointee.words.4)
            let before = unsafe Int(truncatingIfNeeded: event.pointee.words.5)
            let isFirst = unsafe event.pointee.words.6 == 0
            // Room is left for the end.
            var text = unsafe JSONText(
                room: room, bytesMost: bytesMost &- textEnd.count, from: before)
            if isFirst {
                text.append(EventText.trackMiddle)
                text.append(UInt8(ascii: "{"))
            } else {
                text.append(UInt8(ascii: ","))
            }
            text.append(UInt8(ascii: "\""))
            unsafe text.appendQuoted(name, nameBytes)
            text.append(UInt8(ascii: "\""))
            text.append(UInt8(ascii: ":"))
            write(&text)
            guard !text.isFull else {
                // What stood there is nobody's to read.
                unsafe memset(room + before, 0, text.count &- before)
                return ClientStatus.tooLong
            }
            unsafe event.pointee.words.5 = UInt64(truncatingIfNeeded: text.count)
            unsafe event.pointee.words.6 = 1
            return ClientStatus.ok
        }
    }

    /// Hands it over, or forgets it.
    static func end(_ event: UnsafeMutablePointer<footfall_event>?, isWanted: Bool) -> Int32 {
        unsafe use(event) { (event, slot, room) in
            let handle = unsafe UInt32(truncatingIfNeeded: event.pointee.words.1)
            let count = unsafe Int(truncatingIfNeeded: event.pointee.words.5)
            let isBare = unsafe event.pointee.words.6 == 0
            let flags = unsafe RecordFlags(
                rawValue: UInt16(truncatingIfNeeded: event.pointee.words.7))
            unsafe event.pointee.words.0 = 0
            unsafe slot.pointee.isBuilding = false
            guard isWanted else {
                unsafe memset(room, 0, count)
                return ClientStatus.ok
            }
            var text = unsafe JSONText(
                room: room, bytesMost: count &+ textEnd.count, from: count)
            text.append(isBare ? textEndBare : textEnd)
            unsafe slot.pointee.writer.commit(
                text.count, kind: HandingOver.eventKind, flags: flags)
            if unsafe slot.pointee.writer.mustRing(slot.pointee.doorbell, flags),
                let client = unsafe ClientRoom.of(handle).pointee.client
            {
                unsafe Client.ring(client, .look)
            }
            return ClientStatus.ok
        }
    }

    /// Has `body` use the room of an event that this thread has begun.
    @inline(__always)
    private static func use(
        _ event: UnsafeMutablePointer<footfall_event>?,
        _ body: (
            UnsafeMutablePointer<footfall_event>, UnsafeMutablePointer<ThreadSlot>,
            UnsafeMutableRawPointer
        ) -> Int32
    ) -> Int32 {
        guard let event = unsafe event, unsafe event.pointee.words.0 == magic else {
            return ClientStatus.invalid
        }
        let handle = unsafe UInt32(truncatingIfNeeded: event.pointee.words.1)
        return unsafe Entering.use(
            handle,
            { (slot, _) in
                let place = unsafe UInt(truncatingIfNeeded: event.pointee.words.3)
                let draft = unsafe UInt32(truncatingIfNeeded: event.pointee.words.7 >> 16)
                guard unsafe slot.pointee.isBuilding, unsafe slot.pointee.draft == draft,
                    unsafe UInt64(UInt(bitPattern: slot)) == event.pointee.words.2,
                    let room = unsafe UnsafeMutableRawPointer(bitPattern: place)
                else { return ClientStatus.invalid }
                return unsafe body(event, slot, room)
            },
            elsewhere: { unsafe Entering.visit(handle) { _ in ClientStatus.invalid } })
    }
}

extension JSONText {
    /// Appends a decimal number.
    mutating func append(integer value: Int64) {
        var magnitude = value.magnitude
        if value < 0 { append(UInt8(ascii: "-")) }
        // From the last digit on: no magnitude has more than 20.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var count = 0
        repeat {
            let digit = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude % 10)
            unsafe digits[unchecked: count] = digit
            magnitude /= 10
            count &+= 1
        } while magnitude > 0
        while count > 0 {
            count &-= 1
            append(unsafe digits[unchecked: count])
        }
    }
}
