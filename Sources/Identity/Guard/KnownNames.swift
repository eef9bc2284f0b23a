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

        /// Tells most names apart: 0...255.
        var mark: Int {
            Int((high ^ high >> 17 ^ low ^ UInt64(count) << 3) & 0xFF)
        }
    }

    private struct Entry {
        var name: Name
        var places: UInt8
        var meaning: KnownPlaces.Meaning
    }

    private static let nameBytesMost = 16

    private var entries: [Entry] = []
    // Which marks any entry has: nearly all names of an event are told off by it.
    private var marks = InlineArray<4, UInt64>(repeating: 0)

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
            marks[name.mark >> 6] |= 1 << UInt64(name.mark & 63)
            name = Name()
        }
    }

    /// What a name means in a place; nil for nothing.
    func meaning(
        of text: [UInt8], in range: Range<Int>, _ place: KnownPlaces.Place
    ) -> KnownPlaces.Meaning? {
        guard let name = Self.name(text, range) else { return nil }
        guard marks[name.mark >> 6] >> UInt64(name.mark & 63) & 1 == 1 else { return nil }
        for entry in entries where entry.name == name && entry.places & place.bit != 0 {
            return entry.meaning
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
            if byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == 0x20 { continue }
            if 65...90 ~= byte { byte |= 0x20 }
            guard name.count < nameBytesMost + 4 else { return nil }
            name.append(byte)
        }
        return name
    }
}
