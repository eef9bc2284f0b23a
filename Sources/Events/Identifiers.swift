/// The life of one state database: 16 random bytes, made anew with each new database.
///
/// Text form: 32 lower-case hexadecimal digits.
public struct StreamID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Makes an id of two random words.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    public init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 32, let high = Hexadecimal.value(digits[0..<16]),
            let low = Hexadecimal.value(digits[16..<32])
        else { return nil }
        self.init(high: high, low: low)
    }

    /// 32 lower-case hexadecimal digits.
    public var hexadecimal: String {
        Hexadecimal.text(high, digitCount: 16) + Hexadecimal.text(low, digitCount: 16)
    }
}

/// What tells one event of one device from every other, for ever: (stream, epoch, sequence).
///
/// The device's name completes the id; it travels in the block's header.
public struct EventID: Hashable, Sendable {
    /// The state database that the event was first committed to.
    public var stream: StreamID
    /// Counts the starts of the agent on a database; 28 bits, from 1.
    public var epoch: UInt32
    /// Runs without a hole from 0 in each epoch, in the order of hand-over, over all lanes.
    public var sequence: UInt32

    /// Makes an id of its three parts.
    public init(stream: StreamID, epoch: UInt32, sequence: UInt32) {
        self.stream = stream
        self.epoch = epoch
        self.sequence = sequence
    }
}

/// A closed range of sequence numbers of one epoch.
public struct SequenceRange: Hashable, Sendable {
    /// The first number in the range.
    public var first: UInt32
    /// The last number in the range, not below `first`.
    public var last: UInt32

    /// Makes the range `first...last`.
    public init(_ first: UInt32, _ last: UInt32) {
        self.first = first
        self.last = last
    }

    /// How many numbers the range holds.
    public var count: Int64 { Int64(last) - Int64(first) + 1 }

    /// Adds one number to ascending ranges, growing the last one where it touches.
    public static func append(_ sequence: UInt32, to ranges: inout [SequenceRange]) {
        append(SequenceRange(sequence, sequence), to: &ranges)
    }

    /// Adds a range behind ascending ones, growing the last one where it touches.
    public static func append(_ range: SequenceRange, to ranges: inout [SequenceRange]) {
        if let last = ranges.indices.last, range.first > 0, ranges[last].last == range.first - 1 {
            ranges[last].last = range.last
        } else {
            ranges.append(range)
        }
    }
}

/// Hexadecimal text of bytes and words.
public enum Hexadecimal {
    /// The word's last `digitCount` digits, lower case, with leading zeros.
    public static func text(_ value: UInt64, digitCount: Int) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(digitCount)
        append(value, digitCount: digitCount, to: &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Appends what ``text(_:digitCount:)`` makes.
    public static func append(_ value: UInt64, digitCount: Int, to bytes: inout [UInt8]) {
        for index in 0..<digitCount {
            bytes.append(
                digit(UInt8(truncatingIfNeeded: value >> UInt64(4 * (digitCount - 1 - index))) & 15)
            )
        }
    }

    /// Two lower-case digits a byte.
    public static func text(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The number that up to 16 hexadecimal digits spell; nil where one is not a digit.
    public static func value(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 16 else { return nil }
        var value: UInt64 = 0
        for character in digits {
            guard let nibble = nibble(character) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        return value
    }

    /// The bytes that an even count of hexadecimal digits spells; nil for anything else.
    public static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = digits.startIndex
        while index < digits.endIndex {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 48 + nibble : 87 + nibble
    }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 65...70: character - 55
        case 97...102: character - 87
        default: nil
        }
    }
}

/// The rule for a device's name, which is part of every event's id and of file names.
public enum DeviceName {
    /// Whether `name` has 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public static func isValid(_ name: String) -> Bool {
        guard 1...Limits.deviceNameBytes ~= name.utf8.count else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }
}
