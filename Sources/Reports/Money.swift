/// What an order says about money.
public enum Money: Equatable, Sendable {
    /// An amount in minor units of a currency, `XXX` where none was said.
    case amount(currency: String, minorUnits: Int64)
    /// Neither `revenue` nor `total` was given.
    case missing
    /// An amount that is no number or too large, or a currency that ISO 4217 does not know.
    case unreadable

    /// Something said where an amount or a currency is looked for.
    public enum Said: Equatable, Sendable {
        /// Nothing, or null, or for a currency the empty text.
        case nothing
        /// The text of a number or string.
        case text([UInt8])
        /// Something that can be neither: true, an object, a list.
        case other
    }

    /// Reads an order's money: `revenue` if said, else `total`.
    public init(revenue: Said, total: Said, currency: Said) {
        let amount = revenue == .nothing ? total : revenue
        guard amount != .nothing else {
            self = .missing
            return
        }
        guard case .text(let figures) = amount, let code = Self.code(currency),
            let digits = Currency.digits(of: code),
            let minorUnits = MinorUnits.of(decimal: figures, digits: digits)
        else {
            self = .unreadable
            return
        }
        self = .amount(currency: code, minorUnits: minorUnits)
    }

    /// The upper-case code that a currency text may be; nil where it can be none.
    private static func code(_ said: Said) -> String? {
        switch said {
        case .nothing: Currency.none
        case .text(let bytes) where bytes.isEmpty: Currency.none
        case .text(let bytes) where bytes.count == 3:
            String(decoding: bytes.map { 97...122 ~= $0 ? $0 - 32 : $0 }, as: UTF8.self)
        case .text, .other: nil
        }
    }
}
