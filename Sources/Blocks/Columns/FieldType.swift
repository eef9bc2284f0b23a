/// What stands at a place of a shape; the numbers are the format's.
enum FieldType: UInt8 {
    case object = 1
    case array = 2
    case null = 3
    case string = 4
    case number = 5
    case time = 6
    case boolean = 7
    case constant = 8
    /// Any value's text, as it stands.
    case raw = 9

    /// Whether a value may be in a tuple.
    var canBeGrouped: Bool {
        switch self {
        case .string, .number, .boolean, .raw: true
        case .object, .array, .null, .time, .constant: false
        }
    }
}

/// Bounds of version 1 that writer and reader share.
enum ColumnLimits {
    /// Objects and arrays in each other.
    static let levels = 64
    /// A number's decimals.
    static let decimals = 15
    /// Fields of a block.
    static let fields = 8192
    /// Shapes of a block.
    static let shapes = 32_768
    /// Fields and ends of objects in all shapes of a block together.
    static let steps = 1 << 18
    /// Values and arrays' elements of a block: each takes a reader 8 bytes and more.
    static let values = 1 << 20
    /// Groups of fields whose values come as tuples, numbered from 1.
    static let groups = 2
}

/// The forms in which a column's strings are kept; the numbers are the format's.
enum StringForm: UInt8 {
    case text = 0
    case uuid = 1
    case timedUUID = 2
    case hexadecimal = 3
    case digits = 4
    case hash = 5
}

/// How a column's numbers are told from their digits; the numbers are the format's.
enum NumberStyle: UInt8 {
    /// Each with as many decimals as the scale says.
    case fixed = 0
    /// Without trailing zeros, but with one decimal.
    case oneDecimal = 1
    /// Without trailing zeros, and without the point where nothing follows.
    case shortest = 2
    /// Each with decimals of its own.
    case own = 3
}

/// What a column's numbers are differences to; the numbers are the format's.
enum NumberCoding: UInt8 {
    case plain = 0
    case delta = 1
    /// The differences to the event's sequence, as differences.
    case sequence = 2
}
