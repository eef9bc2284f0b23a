/// What the rules must know of characters, in tables of our own.
///
/// The standard library's properties would add 20 KB of tables to a device's executable; its
/// mappings to lower and upper case are there anyway.
enum CharacterClass {
    /// The 25 characters of Unicode's White_Space, and U+001C to U+001F, which Python and Java trim
    /// too.
    @inline(never)
    static func isWhiteSpace(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return 0x09...0x0D ~= scalar || 0x1C...0x20 ~= scalar }
        if scalar < 0x2000 { return scalar == 0x85 || scalar == 0xA0 || scalar == 0x1680 }
        return scalar <= 0x200A || scalar == 0x2028 || scalar == 0x2029 || scalar == 0x202F
            || scalar == 0x205F || scalar == 0x3000
    }

    /// What a decimal digit of any script counts (general category Nd); nil for all else.
    @inline(never)
    static func digit(_ scalar: UInt32) -> UInt8? {
        if scalar < 0x660 {
            return 0x30...0x39 ~= scalar ? UInt8(truncatingIfNeeded: scalar - 0x30) : nil
        }
        let (place, distance) = lastEntry(of: zeros, upTo: scalar)
        return place > 0 && distance < 10 ? UInt8(truncatingIfNeeded: distance) : nil
    }

    /// A full-width form as its ASCII character, all else as it is.
    static func narrow(_ scalar: UInt32) -> UInt32 {
        0xFF01...0xFF5E ~= scalar ? scalar - 0xFEE0 : scalar
    }

    /// A hyphen, a dash or a minus sign.
    @inline(never)
    static func isDash(_ scalar: UInt32) -> Bool {
        scalar == 0x2D || 0x2010...0x2015 ~= scalar || scalar == 0x2212 || scalar == 0xFF0D
            || scalar == 0x2043 || scalar == 0xAD
    }

    /// A mark that belongs to the character before it in the scripts that compose: Latin, Greek,
    /// Cyrillic, kana and Korean.
    static func isComposing(_ scalar: UInt32) -> Bool {
        0x300...0x36F ~= scalar || scalar == 0x3099 || scalar == 0x309A
            || 0x1161...0x11C2 ~= scalar
    }

    /// Whether a sigma at the end of a word looks through this character (Case_Ignorable, as far
    /// as it meets letters that have a case).
    @inline(never)
    static func isCaseIgnorable(_ scalar: UInt32) -> Bool {
        let (place, distance) = lastEntry(of: caseIgnorable, upTo: scalar)
        return place % 2 == 1 || place > 0 && distance == 0
    }

    /// Whether a character is of upper, lower or title case.
    @inline(never)
    static func isCased(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return 0x61...0x7A ~= scalar | 0x20 }
        // Two of the few that have a case and nothing to map to.
        if scalar == 0xAA || scalar == 0xBA { return true }
        guard let character = Unicode.Scalar(scalar) else { return false }
        func isOther(_ mapping: String) -> Bool {
            mapping.unicodeScalars.first != character || mapping.unicodeScalars.count > 1
        }
        return isOther(character.properties.lowercaseMapping)
            || isOther(character.properties.uppercaseMapping)
    }

    /// How many of a table's characters, which ascend, are not above `scalar`, and how far below
    /// it the last of them is.
    private static func lastEntry(
        of table: StaticString, upTo scalar: UInt32
    ) -> (place: Int, distance: UInt32) {
        table.withUTF8Buffer { bytes in
            let span = unsafe Span(_unsafeElements: bytes)
            var (index, place, last) = (0, 0, UInt32(0))
            while index < span.count, let entry = span.scalar(at: &index), entry <= scalar {
                (place, last) = (place + 1, entry)
            }
            return (place, scalar - last)
        }
    }

    // Each script's zero; nine more follow it.
    private static let zeros: StaticString = """
        \u{660}\u{6F0}\u{7C0}\u{966}\u{9E6}\u{A66}\u{AE6}\u{B66}\u{BE6}\u{C66}\u{CE6}\u{D66}\
        \u{DE6}\u{E50}\u{ED0}\u{F20}\u{1040}\u{1090}\u{17E0}\u{1810}\u{1946}\u{19D0}\u{1A80}\
        \u{1A90}\u{1B50}\u{1BB0}\u{1C40}\u{1C50}\u{A620}\u{A8D0}\u{A900}\u{A9D0}\u{A9F0}\u{AA50}\
        \u{ABF0}\u{FF10}\u{104A0}\u{10D30}\u{11066}\u{110F0}\u{11136}\u{111D0}\u{112F0}\u{11450}\
        \u{114D0}\u{11650}\u{116C0}\u{11730}\u{118E0}\u{11950}\u{11C50}\u{11D50}\u{11DA0}\
        \u{16A60}\u{16AC0}\u{16B50}\u{1D7CE}\u{1D7D8}\u{1D7E2}\u{1D7EC}\u{1D7F6}\u{1E140}\
        \u{1E2F0}\u{1E950}\u{1FBF0}
        """

    // The first and the last of each range.
    private static let caseIgnorable: StaticString = """
        \u{27}\u{27}\u{2E}\u{2E}\u{3A}\u{3A}\u{5E}\u{5E}\u{60}\u{60}\u{A8}\u{A8}\u{AD}\u{AD}\
        \u{AF}\u{AF}\u{B4}\u{B4}\u{B7}\u{B8}\u{2B0}\u{36F}\u{374}\u{375}\u{37A}\u{37A}\
        \u{384}\u{385}\u{387}\u{387}\u{483}\u{489}\u{559}\u{559}\u{55F}\u{55F}\u{591}\u{5BD}\
        \u{5BF}\u{5BF}\u{5F4}\u{5F4}\u{600}\u{605}\u{610}\u{61A}\u{61C}\u{61C}\u{640}\u{640}\
        \u{64B}\u{65F}\u{93C}\u{93C}\u{941}\u{948}\u{94D}\u{94D}\
        \u{1AB0}\u{1ACE}\u{1D2C}\u{1D6A}\u{1D78}\u{1D78}\u{1D9B}\u{1DFF}\
        \u{1FBD}\u{1FBD}\u{1FBF}\u{1FC1}\u{1FCD}\u{1FCF}\u{1FDD}\u{1FDF}\u{1FED}\u{1FEF}\
        \u{1FFD}\u{1FFE}\u{200B}\u{200F}\u{2018}\u{2019}\u{2024}\u{2024}\u{2027}\u{2027}\
        \u{202A}\u{202E}\u{2060}\u{2064}\u{2066}\u{206F}\u{2071}\u{2071}\u{207F}\u{207F}\
        \u{2090}\u{209C}\u{20D0}\u{20F0}\u{FE00}\u{FE0F}\u{FE13}\u{FE13}\u{FE20}\u{FE2F}\
        \u{FE52}\u{FE52}\u{FE55}\u{FE55}\u{FEFF}\u{FEFF}\u{FF07}\u{FF07}\u{FF0E}\u{FF0E}\
        \u{FF1A}\u{FF1A}\u{FF3E}\u{FF3E}\u{FF40}\u{FF40}\u{1F3FB}\u{1F3FF}\u{E0100}\u{E01EF}
        """
}
