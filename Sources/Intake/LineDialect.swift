public import Events

/// The native dialect: one event a line, each line a JSON text of its own.
public enum LineDialect {
    /// Looks at one line without its line feed; a bad line harms no other.
    ///
    /// - Returns: the proposal, and where the JSON breaks off if it does.
    public static func propose(_ text: [UInt8], in range: Range<Int>) -> (Proposal, JSONError?) {
        guard range.count <= Limits.eventBytes else {
            return (Proposal(range: range, fault: .tooBig), nil)
        }
        do throws(JSONError) {
            try JSONCheck.check(text, in: range)
        } catch {
            return (Proposal(range: range, fault: .notJSON), error)
        }
        var cursor = JSONCursor(text, in: range)
        let levels = cursor.skip(cursor.next())
        return (Proposal(range: range, fault: levels > Limits.eventLevels ? .tooDeep : nil), nil)
    }
}
