internal import Foundation
internal import Ring

/// A lane's writer killed, and stopped, at every instruction of its writes, and its reader killed
/// at every instruction of its reading.
///
/// `ring-crash` exits 0 where nothing was found and enough was looked at; 1 where not; 2 for wrong
/// usage; 69 where no child can be stepped, as under an emulator: nothing was checked then.
/// `--planted` has writers and readers with a mistake each, and exits 0 when each is caught.
@main struct RingCrash {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch Array(arguments) {
            case []: exit(try check() ? 0 : 1)
            case ["--planted"]: exit(try Plants.areCaught() ? 0 : 1)
            default:
                print("usage: ring-crash [--planted]")
                exit(2)
            }
        } catch {
            let reason = unsafe String(cString: strerror(error.errno))
            print("NOT CHECKED: no child can be stepped here by ptrace: \(reason)")
            exit(69)
        }
    }

    private static func check() throws(NotTraceable) -> Bool {
        let crash = try Crash(writeCount: 1000, seed: 1).run { $0.writer() }
        print(crash.text)
        let stop = try Stop(writeCount: 250, paces: 0..<12).run { $0.writer() }
        print(stop.text)
        let reader = try ReaderCrash(writeCount: 600, seed: 1).run(
            { AgentReader($0) }, ReaderMistake.steps(nil))
        print(reader.text)
        return crash.isGood && stop.isGood && reader.isGood
    }
}
