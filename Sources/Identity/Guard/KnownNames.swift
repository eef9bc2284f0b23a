internal import Events

/// The names of members that mean something to identity, each in the places where it does.
///
/// Names are compared without case, `_`, `-` and spaces: `first_name` is `firstName`.
struct KnownNames: Sendable {
    static let shared = KnownNames()

    // A name in two words of eight bytes, the first byte the highest; no longer one is known.
    private struct Name: Equatable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0

        mutating func append(_ byte: UInt8) {
            if count < 8 {
                high = high << 8 | UInt64(byte)
            } else {
                low = low << 8 | UInt64(byte)
            }
            count += 1
        }

        /// Where the search for it begins.
        var slot: Int {
            let mixed = (high ^ low &* 31) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed >> 56) & KnownNames.slotMask
        }
    }

    private struct Entry {
        var name: Name
        var places: UInt8
        var meaning: KnownPlaces.Meaning
    }

    private static let nameBytesMost = 16

    private static let slotMask = 127

    private var entries: [Entry] = []
    // An entry's index and 1, at its name's slot or behind it; 0 where none is.
    private var slots = InlineArray<128, UInt8>(repeating: 0)
    // Which of the sums of first, second and last letter any entry has: most names of an event
    // are told off by it.
    private var sums = InlineArray<16, UInt64>(repeating: 0)

    private init() {
        let top = KnownPlaces.Place.top.bit
        let traits = KnownPlaces.Place.traits.bit
        let context = KnownPlaces.Place.context.bit
        let properties = KnownPlaces.Place.properties.bit
        let anywhere = top | traits | properties
        let said = traits | properties
        add("traits", top | context, .place(.traits))
        add("context", top, .place(.context))
        add("properties", top, .place(.properties))
        add("externalids", context | top, .place(.external))
        add("consent", context, .place(.consent))
        add("categorypreferences", KnownPlaces.Place.consent.bit, .place(.consent))
        add("address", said, .place(.address))
        add("shippingaddress", said, .place(.address))
        add("billingaddress", said, .place(.address))
        add("email|emailaddress|hashedemail|emailhash|emailsha256", anywhere, .identity(.email))
        add("phone|phonenumber|hashedphone|phonehash|phonesha256", anywhere, .identity(.phone))
        add("userid|previousid", anywhere, .identity(.user))
        add(
            "loyaltynumber|loyaltyid|loyaltycard|memberid|membershipnumber|membernumber", said,
            .identity(.loyalty))
        add("cardnumber|creditcardnumber|creditcard", said, .identity(.card))
        add("firstname|givenname", said, .identity(.firstName))
        add("lastname|familyname|surname", said, .identity(.lastName))
        add("birthday|birthdate|dateofbirth", said, .identity(.birthDate))
        add("fullname", said, .identity(.fullName))
        // Short, or of things as well: of a person among traits alone.
        add("em", traits, .identity(.email))
        add("ph|mobile|mobilephone|telephone", traits, .identity(.phone))
        add("id", traits, .identity(.user))
        add("username", traits, .identity(.external))
        add("fn", traits, .identity(.firstName))
        add("ln", traits, .identity(.lastName))
        add("name", traits, .identity(.fullName))
        let address = KnownPlaces.Place.address.bit
        add("city", address, .identity(.city))
        add("state", address, .identity(.state))
        add("postalcode|zip|zipcode|postcode", address, .identity(.postalCode))
        add("country", address, .identity(.country))
        add("id", KnownPlaces.Place.external.bit, .identity(.external))
        add(
            "advertising|marketing|targeting|adstorage|aduserdata", KnownPlaces.Place.consent.bit,
            .advertising)
    }

    /// Adds names, `|` between them.
    private mutating func add(
        _ text: StaticString, _ places: UInt8, _ meaning: KnownPlaces.Meaning
    ) {
        var name = Name()
        for index in 0...text.utf8CodeUnitCount {
            if index < text.utf8CodeUnitCount, unsafe text.utf8Start[index] != UInt8(ascii: "|") {
                unsafe name.append(text.utf8Start[index])
                continue
            }
            entries.append(Entry(name: name, places: places, meaning: meaning))
            var slot = name.slot
            while slots[slot] != 0 { slot = (slot + 1) & Self.slotMask }
            slots[slot] = UInt8(entries.count)
            let first = unsafe text.utf8Start + index - name.count
            let sum = unsafe Self.sum(first[0], first[1], first[name.count - 1])
            sums[sum >> 6] |= 1 << UInt64(sum & 63)
            name = Name()
        }
    }

    /// A sum of three letters in any case: 0...1023.
    @inline(__always)
    private static func sum(_ first: UInt8, _ second: UInt8, _ last: UInt8) -> Int {
        let letters = Int(first & 31) | Int(second & 31) << 5 | Int(last & 31) << 10
        return (letters ^ letters >> 7) & 1023
    }

    /// Whether a name without escapes may mean something: a quick look, which most fail.
    @inline(__always)
    func mayKnow(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= 2 else { return false }
        let (first, second) = (text[range.lowerBound], text[range.lowerBound + 1])
        let last = text[range.upperBound - 1]
        if Self.isJoint(first) || Self.isJoint(second) || Self.isJoint(last) { return true }
        let sum = Self.sum(first, second, last)
        return sums[sum >> 6] >> UInt64(sum & 63) & 1 == 1
    }

    @inline(__always)
    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == 0x20
    }

    /// What a name means in a place; nil for nothing.
    func meaning(
        of text: [UInt8], in range: Range<Int>, _ place: KnownPlaces.Place
    ) -> KnownPlaces.Meaning? {
        guard let name = Self.name(text, range) else { return nil }
        var slot = name.slot
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.name == name, entry.places & place.bit != 0 { return entry.meaning }
            slot = (slot + 1) & Self.slotMask
        }
        return nil
    }

    /// A name without case and joints; nil where it is none that could be known.
    private static func name(_ text: [UInt8], _ range: Range<Int>) -> Name? {
        // What is longer has escapes in it, or more joints than a name has.
        guard range.count <= 4 * nameBytesMost else { return nil }
        var name = Name()
        for index in range {
            var byte = text[index]
            if byte == UInt8(ascii: "\\") {
                let decoded = JSONEscape.decode(text, in: range)
                return decoded.contains(UInt8(ascii: "\\"))
                    ? nil : self.name(decoded, decoded.indices)
            }
            if isJoint(byte) { continue }
            if 65...90 ~= byte { byte |= 0x20 }
            guard name.count < nameBytesMost + 4 else { return nil }
            name.append(byte)
        }
        return name
    }
}
