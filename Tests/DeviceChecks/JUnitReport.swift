internal import CPlatform
internal import Platform

/// The outcomes as a JUnit file, which the count of all test runs reads.
struct JUnitReport {
    private let outcomes: [Checklist.Outcome]

    init(_ outcomes: [Checklist.Outcome]) { self.outcomes = outcomes }

    func write(to path: String) throws(PlatformError) {
        let file = unsafe platform_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard file >= 0 else {
            throw PlatformError(operation: "open " + path, errno: platform_errno())
        }
        defer { _ = close(file) }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe platform_write(file, bytes, written, bytes.count - written)
            guard count > 0 else {
                throw PlatformError(operation: "write " + path, errno: platform_errno())
            }
            written += count
        }
    }

    private var text: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuite name=\"device-checks\" tests=\"\(outcomes.count)\">\n"
        for outcome in outcomes {
            text += "<testcase classname=\"device-checks\" name=\"" + escaped(outcome.name)
            guard let difference = outcome.difference else {
                text += "\"/>\n"
                continue
            }
            text += "\"><failure message=\"expected " + escaped(difference.expected)
            text += " got " + escaped(difference.got) + "\"/></testcase>\n"
        }
        return text + "</testsuite>\n"
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case "\"": escaped += "&quot;"
            // XML 1.0 has no place for control characters.
            case "\u{0}"..<" ": escaped += "?"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
