/// Domain names as ASCII: labels beyond ASCII as `xn--` and Punycode (RFC 3492).
enum IDNA {
    /// Appends a domain in lower case; false where a label is longer than names may have it.
    static func appendASCII(_ domain: Span<UInt8>, to name: inout RawText) -> Bool {
        var start = 0
        var index = 0
        while start <= domain.count {
            var end = domain.count
            var isASCII = true
            while index < domain.count {
                let place = index
                guard let scalar = domain.scalar(at: &index) else { return false }
                if scalar >= 0x80 { isASCII = isASCII && isPoint(scalar) }
                if isPoint(scalar) {
                    end = place
                    break
                }
            }
            let before = name.count
            let label = domain.extracting(start..<end)
            if isASCII {
                name.append(label)
            } else {
                name.append("xn--")
                guard appendPunycode(label, to: &name) else { return false }
            }
            guard name.count - before <= 63 else { return false }
            guard end < domain.count else { return true }
            name.append(0x2E)
            start = index
        }
        return true
    }

    private static func isPoint(_ scalar: UInt32) -> Bool {
        scalar == 0x2E || scalar == 0x3002 || scalar == 0xFF61
    }

    /// Appends what RFC 3492 §6.3 makes of a label.
    private static func appendPunycode(_ label: Span<UInt8>, to name: inout RawText) -> Bool {
        var basicCount: UInt32 = 0
        for index in label.indices where label[index] < 0x80 {
            name.append(label[index])
            basicCount += 1
        }
        var handled = basicCount
        if basicCount > 0 { name.append(UInt8(ascii: "-")) }
        var (code, delta, bias): (UInt32, UInt32, UInt32) = (128, 0, 72)
        while let least = leastScalar(of: label, from: code) {
            let (step, isOver) = (least - code).multipliedReportingOverflow(by: handled + 1)
            guard !isOver, step <= UInt32.max - delta else { return false }
            delta += step
            code = least
            var index = 0
            while index < label.count, let scalar = label.scalar(at: &index) {
                if scalar < code { delta &+= 1 }
                guard scalar == code else { continue }
                append(delta, bias, to: &name)
                bias = adapted(delta, handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta &+= 1
            code += 1
        }
        return true
    }

    private static func leastScalar(of label: Span<UInt8>, from code: UInt32) -> UInt32? {
        var least: UInt32?
        var index = 0
        while index < label.count, let scalar = label.scalar(at: &index) {
            if scalar >= code, scalar < least ?? .max { least = scalar }
        }
        return least
    }

    /// A number of variable length, base 36.
    private static func append(_ delta: UInt32, _ bias: UInt32, to name: inout RawText) {
        var rest = delta
        var place: UInt32 = 36
        while true {
            let threshold = place <= bias ? 1 : min(place - bias, 26)
            let isLast = rest < threshold
            let value = isLast ? rest : threshold + (rest - threshold) % (36 - threshold)
            name.append(UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30))
            if isLast { return }
            rest = (rest - threshold) / (36 - threshold)
            place += 36
        }
    }

    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var bias: UInt32 = 0
        while delta > 455 {
            delta /= 35
            bias += 36
        }
        return bias + 36 * delta / (delta + 38)
    }
}
