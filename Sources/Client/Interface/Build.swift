public import CFootfall
internal import CPlatform
internal import Ring

// The functions of `footfall.h` by which an event is built in its lane; what each promises stands
// there.

/// Begins an event that is built in its lane: `footfall_begin` of `footfall.h`.
@c @implementation
public func footfall_begin(
    _ client: UInt32, _ event: UnsafeMutablePointer<footfall_event>?,
    _ name: UnsafePointer<CChar>?, _ bytesMost: Int, _ flags: UInt32
) -> Int32 {
    guard let event = unsafe event, let name = unsafe name, bytesMost >= 0 else {
        return ClientStatus.invalid
    }
    guard let recordFlags = HandingOver.recordFlags(flags) else { return ClientStatus.invalid }
    let nameBytes = unsafe strlen(name)
    return unsafe Entering.use(
        client,
        { (slot, opened) in
            guard unsafe !slot.pointee.isBuilding else { return ClientStatus.busy }
            return unsafe EventDraft.begin(
                client, event, slot, opened, name, nameBytes, bytesMost, recordFlags)
        },
        elsewhere: {
            unsafe Entering.visit(client) { (opened) in unsafe EventDraft.refuse(bytesMost, opened)
            }
        })
}

/// Adds a text: `footfall_add_string` of `footfall.h`.
@c @implementation
public func footfall_add_string(
    _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?,
    _ value: UnsafePointer<CChar>?
) -> Int32 {
    guard let value = unsafe value else { return ClientStatus.invalid }
    let bytes = unsafe strlen(value)
    return unsafe EventDraft.add(event, name) { (text) in
        text.append(UInt8(ascii: "\""))
        unsafe text.appendQuoted(value, bytes)
        text.append(UInt8(ascii: "\""))
    }
}

/// Adds a whole number: `footfall_add_integer` of `footfall.h`.
@c @implementation
public func footfall_add_integer(
    _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?, _ value: Int64
) -> Int32 {
    unsafe EventDraft.add(event, name) { (text) in text.append(integer: value) }
}

/// Adds a number: `footfall_add_number` of `footfall.h`.
@c @implementation
public func footfall_add_number(
    _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?, _ value: Double
) -> Int32 {
    guard value.isFinite else { return ClientStatus.invalid }
    return unsafe EventDraft.add(event, name) { (text) in
        var digits = InlineArray<32, CChar>(repeating: 0)
        var span = digits.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { (buffer) in
            let start = unsafe buffer.baseAddress.unsafelyUnwrapped
            let count = unsafe platform_number_text(value, start)
            unsafe text.append(start, count)
        }
    }
}

/// Adds a truth value: `footfall_add_boolean` of `footfall.h`.
@c @implementation
public func footfall_add_boolean(
    _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?, _ value: Int32
) -> Int32 {
    unsafe EventDraft.add(event, name) { (text) in text.append(value != 0 ? "true" : "false") }
}

/// Adds a JSON value: `footfall_add_json` of `footfall.h`.
@c @implementation
public func footfall_add_json(
    _ event: UnsafeMutablePointer<footfall_event>?, _ name: UnsafePointer<CChar>?,
    _ json: UnsafePointer<CChar>?
) -> Int32 {
    guard let json = unsafe json else { return ClientStatus.invalid }
    let bytes = unsafe strlen(json)
    return unsafe EventDraft.add(event, name) { (text) in unsafe text.append(json, bytes) }
}

/// Hands over the event that was built: `footfall_commit` of `footfall.h`.
@c @implementation
public func footfall_commit(_ event: UnsafeMutablePointer<footfall_event>?) -> Int32 {
    unsafe EventDraft.end(event, isWanted: true)
}

/// Forgets the event that was built: `footfall_cancel` of `footfall.h`.
@c @implementation
public func footfall_cancel(_ event: UnsafeMutablePointer<footfall_event>?) -> Int32 {
    unsafe EventDraft.end(event, isWanted: false)
}
