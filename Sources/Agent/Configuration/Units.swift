/// Sizes and durations as people write them: a whole number and a unit, nothing else.
enum Units {
    /// Bytes: `64MB`, `64MiB`, `512KB`; MB is 1,000,000, MiB is 1,048,576.
    static func bytes(_ text: String) -> Int64? {
        scaled(
            text,
            [
                ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 1000),
                ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1),
            ])
    }

    /// Milliseconds: `500ms`, `5s`, `5m`, `2h`, `1d`.
    static func milliseconds(_ text: String) -> Int64? {
        scaled(
            text, [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.utf8.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
            guard let count = Int64(digits) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }
}
