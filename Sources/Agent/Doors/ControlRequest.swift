internal import Events

/// One verb of an operator, as it travels over the control socket.
///
/// A line of JSON, `{"verb":"flush","json":false,"waitMilliseconds":30000}`, then the payload (the
/// lines of `send`, the actor of `visit start`) until the sender ends its half of the connection.
struct ControlRequest {
    /// The verbs that the running agent answers.
    enum Verb: UInt8, CaseIterable {
        case status, send, flush, queueAudit, visitStart, visitEnd, visitShow

        var word: String {
            switch self {
            case .status: "status"
            case .send: "send"
            case .flush: "flush"
            case .queueAudit: "queue audit"
            case .visitStart: "visit start"
            case .visitEnd: "visit end"
            case .visitShow: "visit show"
            }
        }

        /// Whether it changes something: then only root and the agent's own user may ask.
        var isChanging: Bool {
            switch self {
            case .send, .flush, .visitStart, .visitEnd: true
            case .status, .queueAudit, .visitShow: false
            }
        }
    }

    var verb: Verb
    var isJSON = false
    var waitMilliseconds: Int64 = 0
    var payload: [UInt8] = []

    /// The line and the payload; beyond it a request is no request.
    static let bytesMost = Limits.requestBytes + 4096

    init(verb: Verb, isJSON: Bool, waitMilliseconds: Int64 = 0, payload: [UInt8] = []) {
        self.verb = verb
        self.isJSON = isJSON
        self.waitMilliseconds = waitMilliseconds
        self.payload = payload
    }

    /// Reads what a connection brought; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard let feed = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        do throws(JSONError) {
            try JSONCheck.check(bytes, in: 0..<feed)
        } catch {
            return nil
        }
        var cursor = JSONCursor(bytes, in: 0..<feed)
        guard cursor.next().kind == .objectStart else { return nil }
        var verb: Verb?
        while true {
            let key = cursor.next()
            guard key.kind == .key else { break }
            let value = cursor.next()
            guard value.isScalar else { return nil }
            let word = JSONScalar(token: value).string(in: bytes)
            if JSONEscape.isEqual(bytes, in: key.range, to: "verb") {
                verb = Verb.allCases.first { $0.word == word }
            } else if JSONEscape.isEqual(bytes, in: key.range, to: "json") {
                isJSON = value.kind == .true
            } else if JSONEscape.isEqual(bytes, in: key.range, to: "waitMilliseconds") {
                waitMilliseconds = Int64(word) ?? 0
            }
        }
        guard let verb else { return nil }
        self.verb = verb
        payload = Array(bytes[(feed + 1)...])
    }

    /// What a client writes.
    var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.beginObject()
        writer.key("verb")
        writer.string(verb.word)
        writer.key("json")
        writer.boolean(isJSON)
        writer.key("waitMilliseconds")
        writer.number(waitMilliseconds)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")] + payload
    }
}

/// The agent's whole answer to a verb: `EXIT BYTES`, a line feed, standard output, standard error.
struct ControlResponse: Equatable {
    var exitCode: Int32
    /// For standard output.
    var output: [UInt8] = []
    /// For standard error.
    var complaint: [UInt8] = []

    init(exitCode: Int32, output: [UInt8] = [], complaint: [UInt8] = []) {
        self.exitCode = exitCode
        self.output = output
        self.complaint = complaint
    }

    /// An answer of words alone: what happened, to what, what to do.
    init(exitCode: Int32, complaint: String) {
        self.init(exitCode: exitCode, complaint: Array((complaint + "\n").utf8))
    }

    init?(_ bytes: [UInt8]) {
        guard let feed = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let space = bytes[..<feed].firstIndex(of: 0x20),
            let exitCode = Int32(String(decoding: bytes[..<space], as: UTF8.self)),
            let count = Int(String(decoding: bytes[(space + 1)..<feed], as: UTF8.self)),
            count >= 0, count <= bytes.count - feed - 1
        else { return nil }
        self.exitCode = exitCode
        output = Array(bytes[(feed + 1)..<(feed + 1 + count)])
        complaint = Array(bytes[(feed + 1 + count)...])
    }

    var bytes: [UInt8] { Array("\(exitCode) \(output.count)\n".utf8) + output + complaint }
}

/// What the process ends with; `sysexits.h` where it has a word, LSB's 3 for "not running".
enum ExitCode {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    static let usage: Int32 = 2
    static let noAgent: Int32 = 3
    static let cannotCreate: Int32 = 73
    static let damaged: Int32 = 74
    static let temporary: Int32 = 75
    static let forbidden: Int32 = 77
    static let configuration: Int32 = 78
}
