/// How telephone numbers are written in one region: what ITU-T E.164 and the region's plan say.
public struct Region: Hashable, Sendable {
    let callingCode: UInt16
    /// What is dialled before a national number, by its letter in the table.
    let trunk: UInt8
    /// What is dialled before a calling code, by its letter in the table.
    let international: UInt8
    /// How many digits a national number has, the trunk prefix not among them.
    let lengths: ClosedRange<UInt8>

    /// The region of two letters of ISO 3166-1, or XK for Kosovo, in either case.
    public init?(_ code: Span<UInt8>) {
        guard code.count == 2 else { return nil }
        var letters = InlineArray<2, UInt8>(repeating: 0)
        for index in 0..<2 { letters[index] = code[index] & 0xDF }
        self.init(field: 0..<2, beginning: letters.span)
    }

    /// The first region whose calling code ASCII digits begin with.
    init?(dialled digits: Span<UInt8>) { self.init(field: 2..<5, beginning: digits) }

    var callingCodeLength: Int { callingCode < 10 ? 1 : callingCode < 100 ? 2 : 3 }

    /// Whether two letters in lower case are of ISO 3166-1.
    static func isInStandard(_ code: Span<UInt8>) -> Bool {
        Region(code) != nil && !code.isEqual("xk")
    }

    /// The first region with a field, up to its first space, that `text` begins with.
    @inline(never)
    private init?(field: Range<Int>, beginning text: Span<UInt8>) {
        var fields = InlineArray<5, UInt16>(repeating: 0)
        let isFound = Region.table.withUTF8Buffer { bytes in
            let table = unsafe Span(_unsafeElements: bytes)
            var start = 0
            while start < table.count {
                var index = field.lowerBound
                while index < field.upperBound, table[start + index] != 0x20,
                    index - field.lowerBound < text.count,
                    table[start + index] == text[index - field.lowerBound]
                { index += 1 }
                if index == field.upperBound || table[start + index] == 0x20 {
                    for index in 2..<5 where table[start + index] != 0x20 {
                        fields[0] = fields[0] * 10 + UInt16(table[start + index] - 0x30)
                    }
                    for index in 1..<5 { fields[index] = UInt16(table[start + index + 4]) }
                    return true
                }
                start += 10
            }
            return false
        }
        guard isFound else { return nil }
        func number(_ digit: UInt16) -> UInt8 {
            UInt8(truncatingIfNeeded: digit < 0x3A ? digit - 0x30 : digit - 0x57)
        }
        callingCode = fields[0]
        trunk = UInt8(truncatingIfNeeded: fields[1])
        international = UInt8(truncatingIfNeeded: fields[2])
        lengths = number(fields[3])...number(fields[4])
    }

    // A record is ten characters: region, calling code, trunk prefix, international prefix, least
    // and most digits of a national number (hexadecimal). Where regions share a code they have the
    // same lengths.
    //
    // Trunk prefix: `-` none, `0`, `o` a 0 that is often left out, `1`, `8`, `6` for 06, `B` for
    // 80, `L` for 8 or 0. International prefix beside 00: `0` none, `N` 011, `A` 0011, `R` 810,
    // `J` 010, `1` 001, `2` 002, `9` 009, `Z` 000, `C` 119.
    private static let table: StaticString = """
        AD376-069 AE9710089 AF93 0099 AG1  1Naa AI1  1Naa AL3550089 AM3740088 AO244-099 \
        AQ672-056 AR54 o0ab AS1  1Naa AT43 004d AU61 0A99 AW297-077 AX358005c AZ9940099 \
        BA3870089 BB1  1Naa BD880008a BE32 0089 BF226-088 BG3590079 BH973-088 BI257-088 \
        BJ229-08a BL5900099 BM1  1Naa BN673-077 BO5910088 BQ599-078 BR55 o0ab BS1  1Naa \
        BT975-078 BV47 -088 BW267-078 BY375BR99 BZ501-077 CA1  1Naa CC61 0A99 CD2430079 \
        CF236-088 CG242-099 CH41 0099 CI225-0aa CK682-055 CL56 -099 CM237-099 CN86 00ab \
        CO57 -0aa CR506-088 CU53 0C68 CV238-077 CW599-078 CX61 0A99 CY357-088 CZ420-099 \
        DE49 006b DJ253-088 DK45 -088 DM1  1Naa DO1  1Naa DZ2130089 EC5930089 EE372-078 \
        EG20 008a EH2120099 ER2910077 ES34 -099 ET2510099 FI358005c FJ679-077 FK500-055 \
        FM691-N77 FO298-066 FR33 0099 GA2410078 GB44 009a GD1  1Naa GE9950099 GF5940099 \
        GG44 009a GH2330099 GI350-088 GL299-066 GM220-077 GN224-089 GP5900099 GQ240-099 \
        GR30 -0aa GS500-055 GT502-088 GU1  1Naa GW245-079 GY592-177 HK852-188 HM672-A56 \
        HN504-088 HR3850089 HT509-088 HU36 6089 ID62 017c IE3530079 IL9720089 IM44 009a \
        IN91 00aa IO246-077 IQ964008a IR98 00aa IS354-079 IT39 -06b JE44 009a JM1  1Naa \
        JO9620089 JP81 0J9a KE2540Z79 KG9960099 KH8550189 KI686-058 KM269-077 KN1  1Naa \
        KP850008a KR82 018a KW965-088 KY1  1Naa KZ7  8Raa LA856008a LB9610078 LC1  1Naa \
        LI423-079 LK94 0099 LR2310079 LS266-088 LT370L088 LU352-04b LV371-088 LY2180089 \
        MA2120099 MC377-089 MD3730088 ME3820089 MF5900099 MG2610099 MH692-N77 MK3890088 \
        ML223-088 MM95 006a MN9760188 MO853-088 MP1  1Naa MQ5960099 MR222-088 MS1  1Naa \
        MT356-088 MU230-078 MV960-077 MW2650079 MX52 -0aa MY60 008a MZ258-089 NA2640079 \
        NC687-066 NE227-088 NF672-056 NG234097a NI505-088 NL31 0099 NO47 -088 NP977008a \
        NR674-077 NU683-047 NZ64 008a OM968-088 PA507-078 PE51 0089 PF689-088 PG675-078 \
        PH63 008a PK92 009a PL48 -099 PM5080069 PN64 008a PR1  1Naa PS9700089 PT351-099 \
        PW680-N77 PY5950089 QA974-088 RE2620099 RO40 0099 RS3810089 RU7  8Raa RW2500099 \
        SA9660099 SB677-057 SC248-077 SD2490099 SE46 0079 SG65 -188 SH290-045 SI3860088 \
        SJ47 -088 SK4210099 SL2320088 SM378-06a SN221-099 SO2520079 SR597-067 SS2110099 \
        ST239-077 SV503-088 SX1  1Naa SY9630089 SZ268-088 TC1  1Naa TD235-088 TF2620099 \
        TG228-088 TH66 0189 TJ9928R99 TK690-047 TL670-078 TM9938R88 TN216-088 TO676-057 \
        TR90 00aa TT1  1Naa TV688-057 TW8860289 TZ2550Z99 UA3800099 UG2560Z99 UM1  1Naa \
        US1  1Naa UY5980088 UZ998-099 VA39 -06b VC1  1Naa VE58 00aa VG1  1Naa VI1  1Naa \
        VN84 009a VU678-057 WF681-066 WS685-057 YE9670079 YT2620099 ZA27 0099 ZM2600099 \
        ZW2630079 XK3830089 
        """
}
