internal import Reports

/// An order's money as the columns `money`, `currency` and `minor_units`.
struct MoneyColumns {
    /// 1 an amount, 2 unreadable, 3 missing; nil for an event that is no order.
    var state: Int64?
    var currency: String?
    var minorUnits: Int64?

    init(state: Int64?, currency: String?, minorUnits: Int64?) {
        self.state = state
        self.currency = currency
        self.minorUnits = minorUnits
    }

    init(_ money: Money?) {
        switch money {
        case .amount(let currency, let minorUnits):
            self.init(state: 1, currency: currency, minorUnits: minorUnits)
        case .unreadable: self.init(state: 2, currency: nil, minorUnits: nil)
        case .missing: self.init(state: 3, currency: nil, minorUnits: nil)
        case nil: self.init(state: nil, currency: nil, minorUnits: nil)
        }
    }

    /// The money that the columns mean; nil for an event that is no order.
    var money: Money? {
        switch (state, currency, minorUnits) {
        case (1, let currency?, let minorUnits?):
            .amount(currency: currency, minorUnits: minorUnits)
        case (3, _, _): .missing
        case (nil, _, _): nil
        default: .unreadable
        }
    }
}
