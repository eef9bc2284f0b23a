internal import Events

/// A kind of number that a site names itself, `MEMBER-########`.
///
/// `#` is a digit, `?` a letter, `*` behind one of them a run of at least one; all else stands for
/// itself, in either case. A match begins and ends where a word does.
public struct GuardPattern: Sendable {
    /// What the marker says.
    public let name: [UInt8]
    let items: [Item]

    /// The patterns that a guard takes.
    public static let countMax = 16

    struct Item: Sendable {
        /// In lower case; 0 for a digit, 1 for a letter.
        var symbol: UInt8
        var isRun = false

        @inline(__always)
        func matches(_ symbol: UInt8) -> Bool {
            switch self.symbol {
            case 0: Symbol.isDigit(symbol)
            case 1: Symbol.isLetter(symbol)
            default: self.symbol == Symbol.lowered(symbol)
            }
        }
    }

    /// Takes a name of 1 to 32 of `a-z0-9_-` and a pattern of 4 to 64 characters of ASCII with at
    /// least one digit, so that it finds no name that an event has; nil for any other.
    public init?(name: [UInt8], text: [UInt8]) {
        guard 1...32 ~= name.count, 4...64 ~= text.count else { return nil }
        for byte in name {
            let isPlain = Symbol.isDigit(byte) || byte &- 97 < 26
            guard isPlain || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") else {
                return nil
            }
        }
        var items: [Item] = []
        var isOpen = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "*"):
                guard let last = items.last, last.symbol <= 1, !last.isRun else { return nil }
                items[items.count - 1].isRun = true
            case UInt8(ascii: "#"), UInt8(ascii: "?"):
                isOpen = isOpen || byte == UInt8(ascii: "#")
                items.append(Item(symbol: byte == UInt8(ascii: "#") ? 0 : 1))
            case 0x20..<0x7F: items.append(Item(symbol: Symbol.lowered(byte)))
            default: return nil
            }
        }
        guard isOpen else { return nil }
        self.name = name
        self.items = items
    }
}
