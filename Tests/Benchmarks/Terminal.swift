internal import Platform

/// What the bench says to whoever started it.
enum Terminal {
    static func print(_ text: String) { StandardStream.output.write(line: Array(text.utf8)) }
    static func complain(_ text: String) { StandardStream.error.write(line: Array(text.utf8)) }
}

/// Why a bench could not measure.
struct BenchError: Error {
    var text: String

    init(_ text: String) { self.text = text }
}
