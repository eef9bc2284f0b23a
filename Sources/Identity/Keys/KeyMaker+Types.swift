extension Work {
    mutating func addEmail(_ text: borrowing RawText) {
        var email = RawText(capacity: 4 * text.count + 64)
        finish(.graph, EmailRules.appendGraph(text, to: &email), email)
        if wants(.meta) {
            let isEmail = text.read { MetaRules.isEmail($0) }
            finish(.metaSDK, isEmail ? nil : .format, text)
        }
        if wants(.google) {
            email.keep(first: 0)
            let first = text.read {
                EmailRules.appendStripped(
                    $0, providers: Work.google, keepsSuffix: true, to: &email)
            }
            if first == nil { finish(.google1, nil, email) }
            var whole = RawText(capacity: text.count)
            text.read { EmailRules.appendWithoutWhiteSpace($0, to: &whole) }
            email.keep(first: 0)
            let second = whole.read {
                EmailRules.appendStripped(
                    $0, providers: Work.google, keepsSuffix: false, to: &email)
            }
            if second == nil { finish(.google2, nil, email) }
            if let first, second != nil { refuse(.google, first) }
        }
        if wants(.uid2) {
            email.keep(first: 0)
            let refusal = text.read {
                EmailRules.appendStripped(
                    $0, providers: "gmail.com", keepsSuffix: false, to: &email)
            }
            finish(.uid2, refusal, email)
        }
    }

    private static var google: StaticString { "gmail.com\ngooglemail.com" }

    mutating func addPhone(_ text: borrowing RawText, _ region: Region?) {
        var digits = RawText(capacity: 40)
        var hasPlus = false
        var refusal = text.read { PhoneNumber.dial($0, into: &digits, hasPlus: &hasPlus) }
        if refusal == .hasExtension { return refuseAll(.hasExtension) }
        if refusal == nil, digits.read({ PhoneNumber.isPlaceholder($0, countedFrom: 7) }) {
            return refuseAll(.blocked)
        }
        var number = RawText(capacity: 48)
        number.append(UInt8(ascii: "+"))
        if refusal == nil {
            refusal = PhoneNumber.appendE164(
                of: digits, hasPlus: hasPlus, home: region, to: &number)
        }
        if refusal == .blocked { return refuseAll(.blocked) }
        finish(.graph, refusal, number)
        if wants(.meta) {
            var phone = RawText(capacity: text.count)
            let metaRefusal = text.read { MetaRules.appendPhone($0, to: &phone) }
            if metaRefusal == nil { finish(.metaSDK, nil, phone) }
            if refusal == nil { number.read(1..<number.count) { add(.metaE164, $0) } }
            if let metaRefusal, refusal != nil { refuse(.meta, metaRefusal) }
        }
        if wants(.google) { finish(.google1, refusal, number) }
        if wants(.uid2) { finish(.uid2, refusal, number) }
    }

    /// Names, places, dates and tokens.
    mutating func addText(_ text: borrowing RawText) {
        var form = RawText(capacity: 3 * text.count)
        let isToken = keys.type == .loyalty || keys.type == .card
        text.read {
            if isToken {
                TextRules.appendToken($0, to: &form)
            } else {
                TextRules.appendName($0, to: &form)
            }
        }
        let isBlocked = form.read { BlockedValues.has($0) }
        if isBlocked { return refuseAll(form.count == 0 ? .empty : .blocked) }
        finish(.graph, nil, form)
        if wants(.meta) {
            form.keep(first: 0)
            let refusal = text.read { text -> Refusal? in
                switch keys.type {
                case .city, .state: MetaRules.appendPlace(text, to: &form)
                case .postalCode: MetaRules.appendPostalCode(text, to: &form)
                case .country: return MetaRules.appendCountry(text, to: &form)
                default: form.append(text)
                }
                return nil
            }
            finish(.metaSDK, refusal, form)
        }
        if wants(.google) { finish(.google1, nil, text) }
    }

    /// Makes the key of a platform's form, or notes why there is none.
    private mutating func finish(_ rule: KeyRule, _ refusal: Refusal?, _ form: borrowing RawText) {
        if let refusal {
            refuse(rule.platform, refusal)
        } else if form.isOverfull {
            refuse(rule.platform, .tooLong)
        } else if rule == .graph {
            form.read { addGraph($0) }
        } else {
            form.read { add(rule, $0) }
        }
    }
}
