internal import Events

/// What a person asked for on the command line, understood.
struct CommandLine {
    /// The verbs, each with what it needs.
    enum Verb {
        case agent
        case status
        case send(line: [UInt8]?, isFromStandardInput: Bool)
        case flush(waitMilliseconds: Int64)
        case queueAudit
        case identityTest(IdentityQuestion)
        case visit(ControlRequest.Verb, actor: String)
        case version
        case help
    }

    var verb: Verb
    var isJSON = false
    var configurationFile: String?

    /// Something that cannot be understood, and what could be.
    struct UsageError: Error {
        var text: String
    }

    static let usage = """
        usage: footfall VERB [--json] [--config FILE]

          agent                       run the agent (configuration: --config or FOOTFALL_CONFIG)
          status                      one screen: queue, collector, damage; 0 healthy, 1 degraded
          send NAME [KEY=VALUE ...]   hand over one track event; KEY:=JSON for other than text
          send --stdin                hand over events from standard input, one JSON object a line
          flush [--wait 30s]          wait until the collector has everything; 75 if time is up
          queue audit                 both conservation equations, lane by lane
          identity test --type TYPE [--region XX] [--key-file FILE]
                                      the keys of a value on standard input, no agent needed;
                                      TYPE: email phone user_id loyalty card first_name
                                      last_name street city state postal_code country
                                      birth_date gender
          visit start [--actor staff] a visit begins now; actors: shopper, staff, test
          visit end                   it is over
          visit show                  the visit that goes on, and what was counted
          version                     what this is

        Exit codes: 0 done, 1 failed or degraded, 2 usage, 3 no agent, 65 value refused,
        73 cannot create, 74 damaged, 75 try again, 77 not permitted, 78 configuration.

        """

    init(_ arguments: [String]) throws(UsageError) {
        var words: [String] = []
        var wait: Int64 = 30_000
        var isFromStandardInput = false
        var question = IdentityQuestion()
        var actor: String?
        var isHelp = arguments.isEmpty
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            switch argument {
            case "--json": isJSON = true
            case "--stdin": isFromStandardInput = true
            case "--help", "-h": isHelp = true
            case "--config":
                configurationFile = try Self.value(arguments, &index, of: argument)
            case "--type": try question.setType(Self.value(arguments, &index, of: argument))
            case "--region": try question.setRegion(Self.value(arguments, &index, of: argument))
            case "--key-file": question.keyFile = try Self.value(arguments, &index, of: argument)
            case "--actor": actor = try Self.value(arguments, &index, of: argument)
            case "--wait":
                let text = try Self.value(arguments, &index, of: argument)
                guard let milliseconds = Units.milliseconds(text) else {
                    throw UsageError(text: "--wait \(text): write a duration such as 30s or 5m")
                }
                wait = milliseconds
            default:
                guard !argument.hasPrefix("--") else {
                    throw UsageError(text: "unknown option \(argument)")
                }
                words.append(argument)
            }
        }
        verb = .help
        guard !isHelp, words.first != "help" else { return }
        guard let name = words.first else { throw UsageError(text: "no verb") }
        if name == "identity" {
            try question.check(words)
            verb = .identityTest(question)
            return
        }
        if name == "visit" {
            verb = try Self.visit(Array(words.dropFirst()), actor)
            return
        }
        guard actor == nil else { throw UsageError(text: "--actor is for visit start") }
        verb = try Self.verb(name, Array(words.dropFirst()), wait, isFromStandardInput)
    }

    private static func visit(_ rest: [String], _ actor: String?) throws(UsageError) -> Verb {
        if rest == ["start"] {
            guard let known = Actor(word: actor ?? Actor.shopper.word) else {
                throw UsageError(text: "--actor wants shopper, staff or test")
            }
            return .visit(.visitStart, actor: known.word)
        }
        guard actor == nil else { throw UsageError(text: "--actor is for visit start") }
        if rest == ["end"] { return .visit(.visitEnd, actor: "") }
        guard rest == ["show"] else { throw UsageError(text: "visit wants start, end or show") }
        return .visit(.visitShow, actor: "")
    }

    private static func verb(
        _ name: String, _ rest: [String], _ wait: Int64, _ isFromStandardInput: Bool
    ) throws(UsageError) -> Verb {
        if name == "send" {
            guard rest.isEmpty == isFromStandardInput else {
                throw UsageError(text: "send wants either NAME [KEY=VALUE ...] or --stdin")
            }
            let line = isFromStandardInput ? nil : try EventLine.make(rest)
            return .send(line: line, isFromStandardInput: isFromStandardInput)
        }
        if name == "queue" {
            guard rest == ["audit"] else { throw UsageError(text: "queue wants the word audit") }
            return .queueAudit
        }
        guard rest.isEmpty else { throw UsageError(text: "\(name) takes no \(rest[0])") }
        switch name {
        case "agent": return .agent
        case "status": return .status
        case "flush": return .flush(waitMilliseconds: wait)
        case "version": return .version
        default: throw UsageError(text: "unknown verb \(name)")
        }
    }

    private static func value(
        _ arguments: [String], _ index: inout Int, of option: String
    ) throws(UsageError) -> String {
        guard index < arguments.count else { throw UsageError(text: "\(option) wants a value") }
        index += 1
        return arguments[index - 1]
    }
}
