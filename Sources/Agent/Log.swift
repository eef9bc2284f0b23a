internal import Platform

/// Lines about the agent's own life, for the journal; never a byte of a producer's content.
///
/// Callers write a line where something changes, not where it goes on, so that lines stay few.
enum Log {
    static func line(_ text: String) {
        StandardStream.error.write(line: Array(("footfall: " + text).utf8))
    }
}
