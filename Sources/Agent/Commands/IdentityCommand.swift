internal import Events
internal import Identity
internal import Platform

/// What `footfall identity test` was asked.
struct IdentityQuestion {
    private(set) var type: IdentityType?
    /// The type as it was written.
    private(set) var typeWord = ""
    private(set) var region: Region?
    var keyFile: String?

    // In the order of the types.
    private static let typeWords: [String] = [
        "email", "phone", "user_id", "loyalty", "card", "first_name", "last_name", "street", "city",
        "state", "postal_code", "country", "birth_date", "gender",
    ]

    mutating func setType(_ word: String) throws(CommandLine.UsageError) {
        for index in Self.typeWords.indices where Self.typeWords[index] == word {
            type = IdentityType(rawValue: UInt8(index))
            typeWord = word
        }
        guard type != nil else {
            throw CommandLine.UsageError(text: "--type " + word + ": see footfall --help")
        }
    }

    mutating func setRegion(_ word: String) throws(CommandLine.UsageError) {
        region = Region(Array(word.utf8).span)
        guard region != nil else {
            throw CommandLine.UsageError(text: "--region " + word + ": write a code such as DE")
        }
    }

    /// Refuses other words than `identity test`, and does not repeat them: they may be a value.
    func check(_ words: [String]) throws(CommandLine.UsageError) {
        guard words == ["identity", "test"], type != nil else {
            throw CommandLine.UsageError(
                text: "identity wants test --type TYPE, and the value on standard input")
        }
    }
}

/// `footfall identity test`: what becomes of a value, without an agent or a configuration.
///
/// Nothing that it writes has the value in it.
enum IdentityCommand {
    private static let valueBytesMost = 65_536

    static func run(_ question: IdentityQuestion, _ isJSON: Bool) -> Int32 {
        guard let type = question.type else { return ExitCode.usage }
        var key = IdentityKey([UInt8](repeating: 0, count: 32))
        do throws(ConfigurationError) {
            if let file = question.keyFile { key = try KeyFile.identityKey(file) }
        } catch {
            Program.complain(error.text)
            return ExitCode.configuration
        }
        guard let key else { return ExitCode.configuration }
        do throws(PlatformError) {
            guard let value = try read() else { return refuse(.tooLong, isJSON) }
            let keys = KeyMaker(key: key, region: question.region).keys(
                of: value.span, type, withAdvertising: true, by: DigestContext())
            if let refusal = keys.refusal { return refuse(refusal, isJSON) }
            tell(keys, question, isJSON)
            return ExitCode.success
        } catch {
            Program.complain(error.text)
            return ExitCode.damaged
        }
    }

    /// Standard input without a line feed at its end; nil where it is too long.
    private static func read() throws(PlatformError) -> [UInt8]? {
        var input = LineInput(limitBytes: valueBytesMost)
        var value: [UInt8] = []
        var isFirst = true
        while let line = try input.next() {
            guard case .whole(let bytes) = line, value.count <= valueBytesMost else { return nil }
            if !isFirst { value.append(10) }
            isFirst = false
            value += bytes
        }
        return value
    }

    private static func refuse(_ reason: Refusal, _ isJSON: Bool) -> Int32 {
        let word = reason.word.description
        Program.say(isJSON ? "{\"refused\":\"" + word + "\"}\n" : "refused: " + word + "\n")
        return ExitCode.refused
    }

    /// Writes each platform that knows the type, with its refusal or its keys.
    private static func tell(_ keys: IdentityKeys, _ question: IdentityQuestion, _ isJSON: Bool) {
        var lines: [UInt8] = []
        var writer = JSONWriter(capacity: 512)
        func member(_ name: StaticString, _ value: [UInt8]) {
            if isJSON {
                writer.key(name.description)
                writer.string(value)
            } else {
                lines += Array((name.description + " ").utf8) + value + [UInt8(ascii: "\n")]
            }
        }
        if isJSON {
            writer.beginObject()
            member("schema", Array("identity-test/1".utf8))
            member("type", Array(question.typeWord.utf8))
            member("key", Array((question.keyFile == nil ? "test" : "file").utf8))
        }
        var index = 0
        for number in 0..<4 as Range<UInt8> {
            guard let platform = KeyPlatform(rawValue: number) else { continue }
            let refusal = keys.refusal(of: platform)
            let hasKey = index < keys.count && keys[index].rule.platform == platform
            guard hasKey || refusal != nil else { continue }
            if isJSON {
                writer.key(platform.word.description)
                writer.beginObject()
            } else if refusal != nil {
                lines += Array((platform.word.description + " ").utf8)
            }
            if let refusal { member("refused", Array(refusal.word.description.utf8)) }
            while index < keys.count, keys[index].rule.platform == platform {
                member(keys[index].rule.word, keys[index].text(keys.type))
                index += 1
            }
            if isJSON { writer.endObject() }
        }
        if isJSON {
            writer.endObject()
            lines = writer.bytes + [UInt8(ascii: "\n")]
        }
        Program.write(lines, to: .output)
    }
}

extension ExitCode {
    /// A value that no platform takes (`EX_DATAERR`).
    static let refused: Int32 = 65
}
