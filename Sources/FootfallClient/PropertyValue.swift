/// What one property of an event may be: JSON, as literals.
public enum PropertyValue: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    /// One that is not finite becomes `null`.
    case number(Double)
    case boolean(Bool)
    case null
    case array([PropertyValue])
    case object(Properties)
}

/// The properties of an event, in their order; of a name that is given twice the last counts.
public struct Properties: Hashable, Sendable {
    /// Names and values.
    public private(set) var members: [Member]

    /// One name with its value.
    public struct Member: Hashable, Sendable {
        /// Any text.
        public var name: String
        /// What it is.
        public var value: PropertyValue
    }

    /// None.
    public init() { members = [] }

    /// The value of a name, if it has one; setting nil removes it.
    public subscript(_ name: String) -> PropertyValue? {
        get { members.last { $0.name == name }?.value }
        set {
            members.removeAll { $0.name == name }
            if let newValue { members.append(Member(name: name, value: newValue)) }
        }
    }

    /// As one JSON object; nil for one so deep that a stack might not bear it.
    ///
    /// What is deeper than an agent takes, it puts into quarantine itself.
    var json: [UInt8]? {
        guard !isDeeper(than: PropertyValue.levelsMost) else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(256)
        append(to: &text)
        return text
    }

    fileprivate func isDeeper(than levels: Int) -> Bool {
        levels <= 0 || members.contains { $0.value.isDeeper(than: levels - 1) }
    }

    fileprivate func append(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            PropertyValue.append(member.name, to: &text)
            text.append(UInt8(ascii: ":"))
            member.value.append(to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }
}

extension PropertyValue {
    fileprivate static let levelsMost = 200

    fileprivate func isDeeper(than levels: Int) -> Bool {
        switch self {
        case .string, .integer, .number, .boolean, .null: false
        case .array(let values):
            levels <= 0 || values.contains { $0.isDeeper(than: levels - 1) }
        case .object(let properties): properties.isDeeper(than: levels)
        }
    }

    fileprivate func append(to text: inout [UInt8]) {
        switch self {
        case .string(let value): PropertyValue.append(value, to: &text)
        case .integer(let value): text += value.description.utf8
        case .number(let value): text += (value.isFinite ? value.description : "null").utf8
        case .boolean(let value): text += (value ? "true" : "false").utf8
        case .null: text += "null".utf8
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                value.append(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let properties): properties.append(to: &text)
        }
    }

    /// A string of JSON: RFC 8259 §7.
    fileprivate static func append(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                text += ((byte < 0x10 ? "\\u000" : "\\u00") + digits).utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

extension PropertyValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
    /// An array.
    public init(arrayLiteral elements: PropertyValue...) { self = .array(elements) }
    /// An object.
    public init(dictionaryLiteral elements: (String, PropertyValue)...) {
        self = .object(Properties(elements))
    }
}

extension Properties: ExpressibleByDictionaryLiteral {
    /// Properties in the literal's order.
    public init(dictionaryLiteral elements: (String, PropertyValue)...) { self.init(elements) }

    fileprivate init(_ elements: [(String, PropertyValue)]) {
        members = elements.map { Member(name: $0.0, value: $0.1) }
    }
}
