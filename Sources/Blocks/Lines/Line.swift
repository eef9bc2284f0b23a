internal import Events

/// The format's lines, in bytes.
enum Line {
    static let lineFeed: UInt8 = 10
    static let openingBrace: UInt8 = 0x7B
    static let closingBrace: UInt8 = 0x7D
    static let quote: UInt8 = 0x22

    /// The largest text of a device's name or of a reason.
    static let wordBytesMax = 64

    /// Whether a byte may stand in a device's name.
    static func isDevice(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2E, 0x5F, 0x2D: true
        default: false
        }
    }

    /// Whether a byte may stand in a tombstone's reason.
    static func isReason(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x5F, 0x3A, 0x2E, 0x2D: true
        default: false
        }
    }

    /// Whether ranges are ascending, apart, and hold something.
    static func areApart(_ ranges: [SequenceRange]) -> Bool {
        guard !ranges.isEmpty else { return false }
        var next: UInt32 = 0
        for (index, range) in ranges.enumerated() {
            guard range.first <= range.last, range.last <= Limits.sequenceLast,
                index == 0 || range.first > next
            else { return false }
            next = range.last + 1
        }
        return true
    }

    /// Whether a number can be an epoch.
    static func isEpoch(_ epoch: UInt32) -> Bool { epoch >= 1 && epoch <= Limits.epochLast }

    /// Appends a header's line, without judging it.
    static func append(_ header: BlockHeader, to bytes: inout [UInt8]) {
        append("{\"device\":\"", to: &bytes)
        append(header.device, to: &bytes)
        append("\",\"stream\":\"", to: &bytes)
        append(header.stream.hexadecimal, to: &bytes)
        append("\",\"lane\":\"", to: &bytes)
        append(header.lane.word, to: &bytes)
        append("\",\"epoch\":", to: &bytes)
        append(Int64(header.epoch), to: &bytes)
        append(",\"boot\":\"", to: &bytes)
        append(header.boot.hexadecimal, to: &bytes)
        append("\"", to: &bytes)
        if let previous = header.previous {
            append(",\"previous\":{\"epoch\":", to: &bytes)
            append(Int64(previous.epoch), to: &bytes)
            append(",\"end\":", to: &bytes)
            append(Int64(previous.end), to: &bytes)
            append("}", to: &bytes)
        }
        append(",\"tombstones\":[", to: &bytes)
        for (index, tombstone) in header.tombstones.enumerated() {
            if index > 0 { append(",", to: &bytes) }
            append(tombstone, to: &bytes)
        }
        append("]}\n", to: &bytes)
    }

    /// Appends an event's line, without judging it.
    static func append(_ event: Event, to bytes: inout [UInt8]) {
        append("{\"seq\":", to: &bytes)
        append(Int64(event.sequence), to: &bytes)
        append(",\"kind\":\"", to: &bytes)
        append(event.kind.word, to: &bytes)
        if let stage = event.stage {
            append("\",\"stage\":\"", to: &bytes)
            append(stage.word, to: &bytes)
            append("\",\"mono\":", to: &bytes)
        } else {
            append("\",\"stage\":null,\"mono\":", to: &bytes)
        }
        append(event.time.monotonic.milliseconds, to: &bytes)
        append(",\"wall\":", to: &bytes)
        append(event.time.wallMilliseconds, to: &bytes)
        append(",\"quality\":\"", to: &bytes)
        append(word(event.time.quality), to: &bytes)
        append("\",\"producer\":\"", to: &bytes)
        Hexadecimal.append(event.producer, digitCount: 16, to: &bytes)
        append("\",\"event\":", to: &bytes)
        bytes += event.body
        append("}\n", to: &bytes)
    }

    /// The word that means a time's quality.
    static func word(_ quality: TimeQuality) -> String {
        switch quality {
        case .synchronised: "synchronised"
        case .unsynchronised: "unsynchronised"
        case .implausible: "implausible"
        }
    }

    private static func append(_ tombstone: Tombstone, to bytes: inout [UInt8]) {
        append("{\"stream\":\"", to: &bytes)
        append(tombstone.stream.hexadecimal, to: &bytes)
        append("\",\"epoch\":", to: &bytes)
        append(Int64(tombstone.epoch), to: &bytes)
        append(",\"reason\":\"", to: &bytes)
        append(tombstone.reason, to: &bytes)
        append("\",\"ids\":[", to: &bytes)
        for (index, range) in tombstone.sequences.enumerated() {
            append(index > 0 ? ",[" : "[", to: &bytes)
            append(Int64(range.first), to: &bytes)
            append(",", to: &bytes)
            append(Int64(range.last), to: &bytes)
            append("]", to: &bytes)
        }
        append("]}", to: &bytes)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        bytes.append(text)
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        NumberText.append(number, scale: 0, .fixed, to: &bytes)
    }
}
