internal import Events

/// What a server's Retry-After asks for: RFC 9110 §10.2.3.
public enum RetryAfter {
    /// Seconds from the answer on; nil where the field is not there or cannot be read.
    ///
    /// A moment that is over is 0.
    ///
    /// - Parameters:
    ///   - field: seconds, or a moment.
    ///   - date: the answer's own Date field, which a moment is held against: a device's clock may
    ///     be years off. Without it a moment says nothing.
    public static func seconds(_ field: String?, date: String?) -> Int64? {
        guard let field else { return nil }
        if let seconds = Int64(field) { return seconds }
        guard let until = HTTPDate.seconds(field), let now = date.flatMap({ HTTPDate.seconds($0) })
        else { return nil }
        return max(0, until - now)
    }
}
