internal import Events

/// What a server's Retry-After asks for: RFC 9110 §10.2.3.
public enum RetryAfter {
    private static let most: Int64 = 24 * 3600

    /// Seconds from the answer on; nil where the field is not there or cannot be read.
    ///
    /// A moment that is over is 0; more than a day is a day, so that nobody can mute a device for
    /// ever.
    ///
    /// - Parameters:
    ///   - field: seconds, or a moment.
    ///   - date: the answer's own Date field, which a moment is held against: a device's clock may
    ///     be years off. Without it a moment says nothing.
    public static func seconds(_ field: String?, date: String?) -> Int64? {
        guard let field else { return nil }
        // Digits alone: a sign, and what no 64 bits hold, is no number of seconds.
        if !field.isEmpty, field.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            return min(Int64(field) ?? most, most)
        }
        guard let until = HTTPDate.seconds(field), let now = date.flatMap({ HTTPDate.seconds($0) })
        else { return nil }
        return min(max(0, until - now), most)
    }
}
