import Events
import Testing

/// Sums of what may be anything, held against sums of twice the width.
@Suite struct `A sum of 64 bits` {
    private static let numbers: [Int64] = [
        .min, .min + 1, -1 << 62, -5, -1, 0, 1, 7, 1 << 62, .max - 1, .max,
    ]

    @Test(arguments: numbers, numbers)
    func `stays at the greatest or the least number`(_ left: Int64, _ right: Int64) {
        func clamped(_ number: Int128) -> Int64 { Int64(clamping: number) }
        #expect(left.addingSaturated(right) == clamped(Int128(left) + Int128(right)))
        #expect(left.subtractingSaturated(right) == clamped(Int128(left) - Int128(right)))
    }
}
