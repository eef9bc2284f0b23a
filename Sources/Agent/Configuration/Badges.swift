internal import Identity
internal import Platform

/// The values by which staff are known, until they are hashed.
///
/// A class: what is overwritten has no second copy.
package final class Badges {
    private var text: [UInt8] = []

    private static let bytesMost = 32 << 10
    // Each is compared with each identity that an event names.
    private static let valuesMost = 500

    /// Nobody's.
    package init() {}

    /// Reads a file with a value a line; blanks around one are no part of it, and a line that
    /// begins with `#` is a comment.
    init(file: String) throws(ConfigurationError) {
        do throws(PlatformError) {
            text = try FileContents(readingAt: file, limitInBytes: Self.bytesMost).bytes
        } catch {
            throw ConfigurationError(
                file: file, line: 0, problem: "the badges cannot be read: \(error.text)",
                allowed: "a value a line, 32 KiB at most")
        }
        guard values.count <= Self.valuesMost else {
            throw ConfigurationError(
                file: file, line: 0, problem: "too many badges",
                allowed: "\(Self.valuesMost) at most")
        }
    }

    /// Their hashes; the values are overwritten.
    func takeNames(under key: VisitKey, by claims: ClaimSealer) -> [VisitName] {
        var names: [VisitName] = []
        for range in values {
            var value = Array(text[range])
            names += key.names(ofBadge: value, by: claims)
            for index in value.indices { value[index] = 0 }
        }
        for index in text.indices { text[index] = 0 }
        return names
    }

    private var values: [Range<Int>] {
        var values: [Range<Int>] = []
        var start = 0
        while start < text.count {
            var next = start
            while next < text.count, text[next] != UInt8(ascii: "\n") { next += 1 }
            var end = next
            while start < end, isBlank(start) { start += 1 }
            while start < end, isBlank(end - 1) { end -= 1 }
            if start < end, text[start] != UInt8(ascii: "#") { values.append(start..<end) }
            start = next + 1
        }
        return values
    }

    private func isBlank(_ index: Int) -> Bool {
        text[index] == 0x20 || text[index] == 9 || text[index] == 13
    }
}
