internal import CPlatform
internal import Platform

/// A process that shares memory with an agent: `ring-producer SOCKET LEDGER [NAME=NUMBER ...]`.
///
/// Each of `threads` writes `records` events of `bytes` bytes at most, one every `pause`
/// microseconds, every `critical`th of them critical; with `turns=1` the threads take turns, with
/// `wait=1` they wait for room instead of having a record dropped. What became of each stands in
/// the file LEDGER as soon as it is known, a byte a record: 1 written, 2 dropped. It hands its
/// region over again whenever an agent comes, and ends once all that was written is stored.
@main
struct RingProducer {
    static func main() {
        do throws(PlatformError) {
            let options = Options(try ThisProcess.arguments())
            guard let options else {
                StandardStream.error.write(
                    line: Array("ring-producer SOCKET LEDGER [NAME=NUMBER ...]".utf8))
                ThisProcess.exit(2)
            }
            let producer = try Producer(options)
            try producer.run()
            ThisProcess.exit(0)
        } catch {
            StandardStream.error.write(line: Array(("ring-producer: " + error.text).utf8))
            ThisProcess.exit(1)
        }
    }
}

/// What was asked for.
struct Options {
    let socketPath: String
    let ledgerPath: String
    var run = 0
    var threads = 1
    var records = 100
    var bytes = 100
    var pause = 0
    var critical = 0
    var turns = 0
    var wait = 0
    var capacity = 65_536
    var fences = 0

    init?(_ arguments: [String]) {
        guard arguments.count >= 2 else { return nil }
        (socketPath, ledgerPath) = (arguments[0], arguments[1])
        for argument in arguments.dropFirst(2) {
            let parts = argument.split(separator: "=")
            guard parts.count == 2, let number = Int(parts[1]) else { return nil }
            switch parts[0] {
            case "run": run = number
            case "threads": threads = number
            case "records": records = number
            case "bytes": bytes = number
            case "pause": pause = number
            case "critical": critical = number
            case "turns": turns = number
            case "wait": wait = number
            case "capacity": capacity = number
            case "fences": fences = number
            default: return nil
            }
        }
    }
}
