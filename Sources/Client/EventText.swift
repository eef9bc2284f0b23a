internal import CPlatform

/// An event as the text of a record: where its parts are, and how long it will be.
@safe struct EventText {
    /// What kind of event it is, and with it the text around the program's.
    enum Kind {
        case track
        case identify
    }

    let kind: Kind
    let name: UnsafePointer<CChar>
    let nameBytes: Int
    let object: UnsafePointer<CChar>?
    let objectBytes: Int
    /// Whether the name stands in the text as it is; else some of it is escaped.
    private let isPlain: Bool
    /// Bytes of the record's payload: the time, and the text.
    let count: Int

    /// What a record has before its text: when it happened.
    static let timeBytes = 8
    /// More than any lane takes; a longer part is not even looked at.
    private static let partBytesMost = 1 << 17
    static var trackHead: ConstantText { "{\"type\":\"track\",\"event\":\"" }
    static var trackMiddle: ConstantText { "\",\"properties\":" }
    private static var identifyHead: ConstantText { "{\"type\":\"identify\",\"userId\":\"" }
    private static var identifyMiddle: ConstantText { "\",\"traits\":" }

    /// An event by name, or who somebody is, with an object as JSON.
    @inline(__always)
    init(
        _ kind: Kind, _ name: UnsafePointer<CChar>, _ nameBytes: Int,
        _ object: UnsafePointer<CChar>?, _ objectBytes: Int
    ) {
        self.kind = kind
        unsafe self.name = name
        self.nameBytes = nameBytes
        unsafe self.object = object
        self.objectBytes = objectBytes
        guard nameBytes <= Self.partBytesMost, objectBytes <= Self.partBytesMost else {
            count = Self.partBytesMost
            isPlain = false
            return
        }
        isPlain = unsafe JSONText.isPlain(name, nameBytes)
        let quotedBytes = unsafe isPlain ? nameBytes : JSONText.quotedBytes(name, nameBytes)
        let rest = unsafe object == nil ? 2 : Self.middle(kind).count &+ objectBytes &+ 1
        count = Self.timeBytes &+ Self.head(kind).count &+ quotedBytes &+ rest
    }

    @inline(__always)
    private static func head(_ kind: Kind) -> ConstantText {
        kind == .track ? trackHead : identifyHead
    }

    @inline(__always)
    private static func middle(_ kind: Kind) -> ConstantText {
        kind == .track ? trackMiddle : identifyMiddle
    }

    /// Writes the record's payload, of ``count`` bytes.
    @inline(__always)
    func write(to room: UnsafeMutableRawPointer, at time: UInt64) {
        unsafe room.storeBytes(of: time.littleEndian, as: UInt64.self)
        guard isPlain else {
            return unsafe Self.writeEscaped(
                kind, name, nameBytes, object, objectBytes, to: room, count)
        }
        // Nothing is looked at again that another thread may have changed: `count` is the sum of
        // these lengths.
        var place = unsafe room + Self.timeBytes
        unsafe Self.put(Self.head(kind).start, Self.head(kind).count, &place)
        unsafe Self.put(name, nameBytes, &place)
        if let object = unsafe object {
            unsafe Self.put(Self.middle(kind).start, Self.middle(kind).count, &place)
            unsafe Self.put(object, objectBytes, &place)
            unsafe place.storeBytes(of: UInt8(ascii: "}"), as: UInt8.self)
        } else {
            unsafe place.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            unsafe place.storeBytes(of: UInt8(ascii: "}"), toByteOffset: 1, as: UInt8.self)
        }
    }

    @inline(__always)
    private static func put(
        _ text: UnsafePointer<CChar>, _ bytes: Int, _ place: inout UnsafeMutableRawPointer
    ) {
        unsafe memcpy(place, text, bytes)
        unsafe place += bytes
    }

    @inline(never)
    private static func writeEscaped(
        _ kind: Kind, _ name: UnsafePointer<CChar>, _ nameBytes: Int,
        _ object: UnsafePointer<CChar>?, _ objectBytes: Int,
        to room: UnsafeMutableRawPointer, _ count: Int
    ) {
        var text = unsafe JSONText(room: room, bytesMost: count, from: timeBytes)
        text.append(head(kind))
        unsafe text.appendQuoted(name, nameBytes)
        if let object = unsafe object {
            text.append(middle(kind))
            unsafe text.append(object, objectBytes)
        } else {
            text.append(UInt8(ascii: "\""))
        }
        text.append(UInt8(ascii: "}"))
    }
}

/// Text that grows in room that somebody else has claimed; what does not fit is left out whole.
@safe struct JSONText {
    private let room: UnsafeMutableRawPointer
    private let bytesMost: Int
    private(set) var count: Int
    /// Whether something did not fit.
    private(set) var isFull = false

    @inline(__always)
    init(room: UnsafeMutableRawPointer, bytesMost: Int, from count: Int) {
        unsafe self.room = room
        self.bytesMost = bytesMost
        self.count = count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard count < bytesMost else {
            isFull = true
            return
        }
        unsafe room.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ text: ConstantText) {
        unsafe append(bytes: text.start, text.count)
    }

    @inline(__always)
    mutating func append(_ text: UnsafePointer<CChar>, _ bytes: Int) {
        unsafe append(bytes: text, bytes)
    }

    @inline(__always)
    private mutating func append(bytes source: UnsafeRawPointer, _ bytes: Int) {
        guard bytes <= bytesMost &- count else {
            isFull = true
            return
        }
        unsafe memcpy(room + count, source, bytes)
        count &+= bytes
    }

    /// Appends text as it stands between quotation marks: RFC 8259 §7.
    @inline(__always)
    mutating func appendQuoted(_ text: UnsafePointer<CChar>, _ bytes: Int) {
        if unsafe Self.isPlain(text, bytes) {
            unsafe append(text, bytes)
        } else {
            unsafe appendEscaped(text, bytes)
        }
    }

    @inline(never)
    private mutating func appendEscaped(_ text: UnsafePointer<CChar>, _ bytes: Int) {
        var index = 0
        while index < bytes {
            let byte = unsafe UInt8(bitPattern: text[index])
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append("\\u00")
                append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                let low = byte & 0x0F
                append(low < 10 ? UInt8(ascii: "0") &+ low : UInt8(ascii: "a") &+ low &- 10)
            default: append(byte)
            }
            index &+= 1
        }
    }

    /// Whether a text has nothing to escape, as most names have not.
    ///
    /// Eight bytes at a time, the last eight of them once more if need be.
    @inline(__always)
    static func isPlain(_ text: UnsafePointer<CChar>, _ bytes: Int) -> Bool {
        guard bytes >= 8 else { return unsafe quotedBytes(text, bytes) == bytes }
        let start = unsafe UnsafeRawPointer(text)
        var found = unsafe escapes(start.loadUnaligned(fromByteOffset: bytes &- 8, as: UInt64.self))
        var offset = 0
        while offset < bytes &- 8 {
            found |= unsafe escapes(start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        return found == 0
    }

    /// The highest bit of a byte that is to be escaped is set; bits above one of those may be, too.
    ///
    /// A byte is below n where subtracting n borrows, and the byte's own highest bit is not set:
    /// Warren, "Hacker's Delight", 6-1.
    @inline(__always)
    private static func escapes(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highest: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (word &- (ones &* 0x20)) & ~word
        return (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes)
            & highest
    }

    /// How many bytes a text has between quotation marks.
    @inline(never)
    static func quotedBytes(_ text: UnsafePointer<CChar>, _ bytes: Int) -> Int {
        var count = bytes
        var index = 0
        while index < bytes {
            let byte = unsafe UInt8(bitPattern: text[index])
            if byte < 0x20 {
                count &+= 5
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                count &+= 1
            }
            index &+= 1
        }
        return count
    }
}
