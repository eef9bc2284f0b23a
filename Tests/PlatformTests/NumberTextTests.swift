import CPlatform
import SeededText
import Testing

@Suite struct `The text of a number` {
    private func text(_ number: Double) -> String {
        var bytes = [CChar](repeating: 0, count: 33)
        let count = unsafe platform_number_text(number, &bytes)
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (5.95, "5.95"), (0.1, "0.1"),
            (-0.05, "-0.05"),
            (1_000_000, "1000000"), (0.000001, "0.000001"), (0.0000015, "1.5e-06"),
            (1e14, "100000000000000"),
            (1e15, "1e+15"), (1e300, "1e+300"), (0.1 + 0.2, "0.30000000000000004"),
            (.leastNonzeroMagnitude, "4.94065645841247e-324"), (123_456_789.25, "123456789.25"),
            (1.0 / 3.0, "0.3333333333333333"), (999_999_999.999999, "999999999.999999"),
        ] as [(Double, String)])
    func `is short where it can be`(_ number: Double, _ expected: String) {
        #expect(text(number) == expected)
    }

    @Test func `reads back as the same number, any of them and any price`() {
        var random = Seeded(7)
        var wrong: [Double] = []
        for _ in 0..<20_000 {
            let any = Double(bitPattern: random.next())
            let price = Double(random.below(100_000_000)) / 100
            let near = price.nextUp
            for number in [any, price, -price, near, price / 7] where number.isFinite {
                let read = text(number)
                if Double(read) != number || read.utf8.count > 32 { wrong.append(number) }
            }
            if text(price).utf8.count > 10 { wrong.append(price) }
        }
        #expect(wrong.isEmpty)
    }
}
