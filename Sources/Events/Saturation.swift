/// Sums that stay at the greatest or the least number of 64 bits, where `+` ends the process.
///
/// For numbers from outside of it: whatever a damaged counter says, there is something to report.
extension Int64 {
    /// The sum, or the nearest number to it.
    public func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        guard isOver else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference, or the nearest number to it.
    public func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, isOver) = subtractingReportingOverflow(other)
        guard isOver else { return difference }
        return other < 0 ? .max : .min
    }
}
