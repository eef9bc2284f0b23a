internal import Events
internal import Platform

/// `footfall send`: hands events over, and is done when they are stored.
enum SendCommand {
    private static let linesMost = 1000
    private static let bytesMost = 1 << 20

    static func run(_ line: [UInt8], _ isJSON: Bool, _ configuration: Configuration) -> Int32 {
        var total = SendTotal()
        total.add(ControlClient.ask(request(line, isJSON), configuration))
        return total.report(isJSON)
    }

    /// Hands over line by line what comes in, a thousand lines at a time.
    static func runFromStandardInput(_ isJSON: Bool, _ configuration: Configuration) -> Int32 {
        var input = LineInput(limitBytes: Limits.eventBytes)
        var total = SendTotal()
        var payload: [UInt8] = []
        var lineCount = 0
        var isEnded = false
        while !isEnded, total.mayGoOn {
            do throws(PlatformError) {
                switch try input.next() {
                case .whole(let line):
                    payload += line
                    payload.append(UInt8(ascii: "\n"))
                    lineCount += 1
                case .tooLong(let byteCount):
                    total.refuseTooLong(byteCount)
                case nil: isEnded = true
                }
            } catch {
                Program.complain(error.text)
                return ExitCode.damaged
            }
            guard isEnded || lineCount == linesMost || payload.count >= bytesMost else { continue }
            guard lineCount > 0 else { continue }
            total.add(ControlClient.ask(request(payload, isJSON), configuration))
            payload.removeAll(keepingCapacity: true)
            lineCount = 0
        }
        return total.report(isJSON)
    }

    private static func request(_ payload: [UInt8], _ isJSON: Bool) -> ControlRequest {
        ControlRequest(verb: .send, isJSON: isJSON, payload: payload)
    }
}

/// What became of everything that one `send` handed over.
private struct SendTotal {
    private var storedCount: Int64 = 0
    private var duplicateCount: Int64 = 0
    private var refusedCount: Int64 = 0
    private var reasons: [String] = []
    private var exitCode = ExitCode.success
    private var isInterrupted = false

    /// False once the agent is gone or cannot store: what is not read is not lost.
    var mayGoOn: Bool { !isInterrupted }

    mutating func add(_ response: ControlResponse) {
        guard let members = Members(response.output) else {
            response.print()
            exitCode = response.exitCode
            isInterrupted = true
            return
        }
        storedCount += members.stored
        duplicateCount += members.duplicate
        refusedCount += members.refused
        reasons += members.reasons
        if response.exitCode == ExitCode.temporary {
            Program.complain("the agent could not store: its disk refused; send again later")
            isInterrupted = true
        }
        exitCode = max(exitCode, response.exitCode)
    }

    mutating func refuseTooLong(_ byteCount: Int64) {
        refusedCount += 1
        reasons.append("too_big")
        exitCode = max(exitCode, ExitCode.failure)
    }

    func report(_ isJSON: Bool) -> Int32 {
        guard isJSON else {
            var text = "stored \(storedCount), duplicate \(duplicateCount), refused \(refusedCount)"
            for (index, reason) in reasons.prefix(8).enumerated() {
                text += (index == 0 ? ": " : ", ") + reason
            }
            Program.say(text + "\n")
            return exitCode
        }
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.key("schema")
        writer.string("send/1")
        writer.key("stored")
        writer.number(storedCount)
        writer.key("duplicate")
        writer.number(duplicateCount)
        writer.key("refused")
        writer.number(refusedCount)
        writer.key("reasons")
        writer.beginArray()
        for reason in reasons { writer.string(reason) }
        writer.endArray()
        writer.endObject()
        Program.write(writer.bytes + [UInt8(ascii: "\n")], to: .output)
        return exitCode
    }

    /// The members of a group's answer.
    private struct Members {
        var stored: Int64 = 0
        var duplicate: Int64 = 0
        var refused: Int64 = 0
        var reasons: [String] = []

        init?(_ answer: [UInt8]) {
            do throws(JSONError) {
                try JSONCheck.check(answer, in: 0..<answer.count)
            } catch {
                return nil
            }
            var cursor = JSONCursor(answer)
            guard cursor.next().kind == .objectStart else { return nil }
            while true {
                let key = cursor.next()
                if key.kind == .end { return }
                guard key.kind == .key else { continue }
                if JSONEscape.isEqual(answer, in: key.range, to: "refused") { continue }
                let value = cursor.next()
                guard value.isScalar else { continue }
                let word = JSONScalar(token: value).string(in: answer)
                if JSONEscape.isEqual(answer, in: key.range, to: "stored") {
                    stored = Int64(word) ?? 0
                } else if JSONEscape.isEqual(answer, in: key.range, to: "duplicate") {
                    duplicate = Int64(word) ?? 0
                } else if JSONEscape.isEqual(answer, in: key.range, to: "reason") {
                    refused += 1
                    reasons.append(word)
                }
            }
        }
    }
}
