/// A telephone number's way to E.164: what was dialled, read by the plan of its region.
enum PhoneNumber {
    /// The digits that a text writes, separators left out, and whether a plus is before them.
    ///
    /// - Parameter text: in lower case.
    /// - Returns: why the text is no number; nil where it is one as far as can be seen.
    static func dial(
        _ text: Span<UInt8>, into digits: inout RawText, hasPlus: inout Bool
    ) -> Refusal? {
        var index = 0
        while index < text.count {
            let place = index
            guard let character = text.scalar(at: &index) else { return .encoding }
            let scalar = CharacterClass.narrow(character)
            if let digit = CharacterClass.digit(scalar) {
                digits.append(0x30 + digit)
            } else if scalar == 0x2B, digits.count == 0, !hasPlus {
                hasPlus = true
            } else if !isSeparator(scalar) {
                let isMarker = digits.count >= 4 && isExtensionMarker(scalar)
                return isMarker && endsInDigits(text.extracting(place...))
                    ? .hasExtension : .characters
            }
        }
        if digits.isOverfull { return .length }
        return digits.count == 0 ? .empty : nil
    }

    /// Appends the digits of E.164, calling code first, without a plus.
    ///
    /// - Parameter home: the region that a national number belongs to.
    static func appendE164(
        of digits: borrowing RawText, hasPlus: Bool, home: Region?, to number: inout RawText
    ) -> Refusal? {
        var region = home
        var start = 0
        var refusal: Refusal?
        digits.read { dialled in
            let prefix = hasPlus ? 0 : internationalPrefixLength(of: dialled, home)
            if let prefix {
                region = Region(dialled: dialled.extracting(prefix...))
                start = prefix + (region?.callingCodeLength ?? 0)
                // The trunk prefix is often written in brackets behind the calling code.
                let isTrunk = region?.trunk == 0x30 || region?.trunk == UInt8(ascii: "o")
                if isTrunk, start < dialled.count, dialled[start] == 0x30 { start += 1 }
                if region == nil { refusal = .callingCode }
            } else if let home {
                refusal = readNational(dialled, home, &start)
            } else {
                refusal = .noRegion
            }
            guard refusal == nil, let region else { return }
            refusal = check(dialled.extracting(start...), region)
        }
        guard refusal == nil, let region else { return refusal }
        let code = region.callingCode
        if code >= 100 { number.append(0x30 + UInt8(code / 100)) }
        if code >= 10 { number.append(0x30 + UInt8(code / 10 % 10)) }
        number.append(0x30 + UInt8(code % 10))
        digits.read(start..<digits.count) { number.append($0) }
        return nil
    }

    /// Whether digits stand for nobody: all the same, or `least` to ten counted up from 0 or 1.
    static func isPlaceholder(_ digits: Span<UInt8>, countedFrom least: Int) -> Bool {
        var isSame = true
        var isCounted = least...10 ~= digits.count && digits[0] <= 0x31
        for index in digits.indices.dropFirst() {
            if digits[index] != digits[0] { isSame = false }
            let next = digits[index - 1] == 0x39 ? 0x30 : digits[index - 1] + 1
            if digits[index] != next { isCounted = false }
        }
        return isSame || isCounted
    }

    /// How long what is dialled before the calling code is; nil where nothing is.
    private static func internationalPrefixLength(of dialled: Span<UInt8>, _ home: Region?) -> Int?
    {
        let own: StaticString =
            switch home?.international {
            case UInt8(ascii: "N"): "011"
            case UInt8(ascii: "A"): "0011"
            case UInt8(ascii: "R"): "810"
            case UInt8(ascii: "J"): "010"
            case UInt8(ascii: "1"): "001"
            case UInt8(ascii: "2"): "002"
            case UInt8(ascii: "9"): "009"
            case UInt8(ascii: "Z"): "000"
            case UInt8(ascii: "C"): "119"
            default: "00"
            }
        if dialled.extracting(first: own.utf8CodeUnitCount).isEqual(own) {
            return own.utf8CodeUnitCount
        }
        return dialled.extracting(first: 2).isEqual("00") ? 2 : nil
    }

    /// Where a national number begins behind its trunk prefix.
    private static func readNational(
        _ dialled: Span<UInt8>, _ home: Region, _ start: inout Int
    ) -> Refusal? {
        let isWhole = home.lengths.contains(UInt8(dialled.count))
        var prefix = 0
        switch home.trunk {
        case UInt8(ascii: "-"): return nil
        case UInt8(ascii: "6"): prefix = dialled.extracting(first: 2).isEqual("06") ? 2 : 0
        case UInt8(ascii: "B"): prefix = dialled.extracting(first: 2).isEqual("80") ? 2 : 0
        case UInt8(ascii: "L"): prefix = dialled[0] == 0x38 || dialled[0] == 0x30 ? 1 : 0
        case UInt8(ascii: "o"): prefix = dialled[0] == 0x30 ? 1 : 0
        default: prefix = dialled[0] == home.trunk ? 1 : 0
        }
        if prefix > 0, home.lengths.contains(UInt8(dialled.count - prefix)) || !isWhole {
            start = prefix
            return nil
        }
        // Without it a number may be a local one, which is shorter than the longest national ones,
        // or one abroad that lost its plus, which is longer.
        let spread = home.lengths.upperBound - home.lengths.lowerBound
        let isLongest = dialled.count == Int(home.lengths.upperBound) && spread <= 1
        if isLongest || home.trunk == UInt8(ascii: "o") && isWhole { return nil }
        return isWhole ? .trunk : .length
    }

    private static func check(_ national: Span<UInt8>, _ region: Region) -> Refusal? {
        guard national.count <= 15 - region.callingCodeLength,
            region.lengths.contains(UInt8(national.count))
        else { return .length }
        if isPlaceholder(national, countedFrom: 10) { return .blocked }
        let isTrunkZero = region.trunk == 0x30 || region.trunk == UInt8(ascii: "o")
        if isTrunkZero, national[0] == 0x30 { return .trunk }
        // No area of the North American plan begins with 0 or 1.
        return region.callingCode == 1 && national[0] < 0x32 ? .format : nil
    }

    private static func isSeparator(_ scalar: UInt32) -> Bool {
        // Brackets, points and slashes; what text copied from elsewhere has in it unseen.
        CharacterClass.isWhiteSpace(scalar) || CharacterClass.isDash(scalar)
            || 0x28...0x29 ~= scalar || 0x2E...0x2F ~= scalar || 0x200B...0x200F ~= scalar
            || 0x202A...0x202E ~= scalar || 0x2060...0x2069 ~= scalar || scalar == 0xFEFF
    }

    // x, ×, ext, доб, poste, wait; `#`, `;` and `,` as dialling programs write them.
    private static func isExtensionMarker(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x78, 0xD7, 0x65, 0x434, 0x70, 0x77, 0x23, 0x3B, 0x2C: true
        default: false
        }
    }

    /// Whether a text ends in one to seven digits.
    private static func endsInDigits(_ text: Span<UInt8>) -> Bool {
        var index = 0
        var digitCount = 0
        while index < text.count, let scalar = text.scalar(at: &index) {
            if CharacterClass.digit(CharacterClass.narrow(scalar)) != nil {
                digitCount += 1
            } else if !isSeparator(scalar) {
                digitCount = 0
            }
        }
        return 1...7 ~= digitCount
    }
}
