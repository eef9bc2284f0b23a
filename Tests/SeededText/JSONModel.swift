/// A JSON value as a tree, with a canonical writer of its own: what the product's is held against.
///
/// Knows nothing of the product. Strings are code points; a surrogate without its partner is one
/// too, and two that would make a pair never stand next to each other.
public indirect enum JSONModel: Sendable {
    case word(String)
    /// A number's text, any that the grammar allows.
    case number(String)
    case string([UInt32])
    case array([JSONModel])
    case object([(name: [UInt32], value: JSONModel)])

    /// A string of a text.
    public static func text(_ text: String) -> JSONModel {
        .string(text.unicodeScalars.map(\.value))
    }

    /// A member of a name that is a text.
    public static func member(
        _ name: String, _ value: JSONModel
    ) -> (name: [UInt32], value: JSONModel) {
        (name.unicodeScalars.map(\.value), value)
    }

    /// The canonical text: no white space, shortest escapes, everything else as it is.
    public var canonical: [UInt8] {
        var bytes: [UInt8] = []
        write(&bytes)
        return bytes
    }

    private func write(_ bytes: inout [UInt8]) {
        switch self {
        case .word(let text), .number(let text): bytes += text.utf8
        case .string(let points): Self.quote(points, &bytes)
        case .array(let elements):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                element.write(&bytes)
            }
            bytes.append(0x5D)
        case .object(let members):
            bytes.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                Self.quote(member.name, &bytes)
                bytes.append(0x3A)
                member.value.write(&bytes)
            }
            bytes.append(0x7D)
        }
    }

    private static func quote(_ points: [UInt32], _ bytes: inout [UInt8]) {
        let short: [UInt32: String] = [
            0x22: #"\""#, 0x5C: #"\\"#, 8: #"\b"#, 9: #"\t"#, 10: #"\n"#, 12: #"\f"#, 13: #"\r"#,
        ]
        bytes.append(0x22)
        for point in points {
            if let escape = short[point] {
                bytes += escape.utf8
            } else if point >= 0x20, let scalar = Unicode.Scalar(point) {
                bytes += String(scalar).utf8
            } else {
                let digits = String(point, radix: 16)
                bytes += (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            }
        }
        bytes.append(0x22)
    }
}

extension JSONModel {
    /// The value as a producer might write it: white space anywhere, any escapes it likes.
    public func sloppy(_ chance: inout Seeded) -> [UInt8] {
        var bytes = Self.space(&chance)
        switch self {
        case .word(let text), .number(let text): bytes += text.utf8
        case .string(let points): bytes += Self.sloppy(points, &chance)
        case .array(let elements):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                bytes += element.sloppy(&chance)
            }
            bytes += Self.space(&chance) + [0x5D]
        case .object(let members):
            bytes.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                bytes += Self.space(&chance) + Self.sloppy(member.name, &chance)
                bytes += Self.space(&chance) + [0x3A] + member.value.sloppy(&chance)
            }
            bytes += Self.space(&chance) + [0x7D]
        }
        return bytes + Self.space(&chance)
    }

    private static func space(_ chance: inout Seeded) -> [UInt8] {
        (0..<(chance.oneIn(3) ? 1 + chance.below(3) : 0)).map { _ in
            chance.pick([0x20, 0x09, 0x0A, 0x0D])
        }
    }

    private static func sloppy(_ points: [UInt32], _ chance: inout Seeded) -> [UInt8] {
        let short: [UInt32: String] = [
            0x22: #"\""#, 0x5C: #"\\"#, 0x2F: #"\/"#, 8: #"\b"#, 9: #"\t"#, 10: #"\n"#,
            12: #"\f"#, 13: #"\r"#,
        ]
        var bytes: [UInt8] = [0x22]
        for point in points {
            let mayBeRaw = point >= 0x20 && point != 0x22 && point != 0x5C
            if mayBeRaw, !chance.oneIn(4), let scalar = Unicode.Scalar(point) {
                bytes += String(scalar).utf8
            } else if let escape = short[point], chance.oneIn(2) {
                bytes += escape.utf8
            } else if let scalar = Unicode.Scalar(point) {
                for unit in String(scalar).utf16 { bytes += escape(UInt32(unit), &chance) }
            } else {
                bytes += escape(point, &chance)
            }
        }
        return bytes + [0x22]
    }

    private static func escape(_ unit: UInt32, _ chance: inout Seeded) -> [UInt8] {
        var bytes: [UInt8] = [0x5C, 0x75]
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = String(unit >> shift & 15, radix: 16)
            bytes += (chance.oneIn(2) ? digit.uppercased() : digit).utf8
        }
        return bytes
    }
}

extension JSONModel {
    /// A value of at most `levels` nested arrays and objects.
    public static func random(_ chance: inout Seeded, levels: Int) -> JSONModel {
        switch chance.below(levels > 0 ? 8 : 5) {
        case 0: return .word(chance.pick(["true", "false", "null"]))
        case 1, 2: return .number(chance.pick(numbers))
        case 3, 4: return .string(points(&chance))
        case 5:
            return .array((0..<chance.below(5)).map { _ in random(&chance, levels: levels - 1) })
        default: return .object(members(&chance, levels: levels - 1))
        }
    }

    /// Members of an object, their names now and then the same.
    public static func members(
        _ chance: inout Seeded, levels: Int
    ) -> [(name: [UInt32], value: JSONModel)] {
        (0..<chance.below(6)).map { _ in
            let name = chance.oneIn(2) ? points(&chance) : [UInt32(0x61 + chance.below(3))]
            return (name, random(&chance, levels: levels))
        }
    }

    private static let numbers = [
        "0", "-0", "7", "-12", "1.50", "0.000", "1e5", "1E+05", "-2.25e-308",
        "10000000000000000001",
        "0.1e1", "123456789.987654321",
    ]

    /// A string of any code points, most of them harmless.
    public static func points(_ chance: inout Seeded) -> [UInt32] {
        var points: [UInt32] = []
        for _ in 0..<chance.below(9) {
            switch chance.below(10) {
            case 0: points.append(UInt32(chance.below(0x20)))
            case 1: points.append(chance.pick([0x22, 0x5C, 0x2F, 0x7F, 0x80, 0x7FF, 0x800]))
            case 2: points.append(UInt32(0x1_0000 + chance.below(0x10_0000)))
            case 3: points.append(UInt32(0xE000 + chance.below(0x2000)))
            case 4: points += [UInt32(0xD800 + chance.below(0x800)), 0x78]
            case 5: points.append(UInt32(0xA0 + chance.below(0x500)))
            default: points.append(UInt32(0x61 + chance.below(26)))
            }
        }
        return points
    }
}
