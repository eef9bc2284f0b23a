internal import Platform

/// Runs every check over the device modules, in the mode and on the processor it was built for.
///
/// `device-checks [--junit FILE]` exits 0 when every check passes. `device-checks --planted` plants
/// a fault in what each check is made of, and exits 0 when every check catches its own.
@main
struct DeviceChecks {
    static func main() {
        do throws(PlatformError) {
            let options = try Options(ThisProcess.arguments())
            let folder = try Folder()
            let list = Checklist(isPlanted: options.isPlanted)
            run(list, in: folder)
            folder.remove()
            if let path = options.reportPath { try JUnitReport(list.outcomes).write(to: path) }
            list.conclude()
            ThisProcess.exit(list.isGood ? 0 : 1)
        } catch {
            StandardStream.error.write(line: Array(("device-checks: " + error.text).utf8))
            ThisProcess.exit(2)
        }
    }

    private static func run(_ list: Checklist, in folder: Folder) {
        JSONNumbers.run(list)
        Moments.run(list)
        Identifiers.run(list)
        BlockLines.run(list)
        BlockFrames.run(list)
        BlockColumns.run(list)
        PackedRows.run(list)
        Compression.run(list)
        Digests.run(list)
        MatchKeys.run(list)
        Texts.run(list)
        FixedBytes.run(list)
        FixedBytes.runShort(list)
        ShortTexts.run(list)
        Receipts.run(list)
        Patience.run(list)
        HTTPLengths.run(list)
        Settings.run(list)
        Alignment.run(list)
        Characters.run(list, in: folder)
        SystemCalls.run(list, in: folder)
        StoredNumbers.run(list, in: folder)
        RingLanes.run(list)
        StoredDamage.run(list, in: folder)
        WholeAgent.run(list, in: folder)
        WholeAgent.runDamaged(list, in: folder)
    }

    private struct Options {
        var isPlanted = false
        var reportPath: String?

        init(_ arguments: [String]) throws(PlatformError) {
            var rest = arguments[...]
            while let word = rest.popFirst() {
                switch word {
                case "--planted": isPlanted = true
                case "--junit" where !rest.isEmpty: reportPath = rest.removeFirst()
                default:
                    let usage = "usage: device-checks [--planted] [--junit FILE], not " + word
                    StandardStream.error.write(line: Array(usage.utf8))
                    ThisProcess.exit(64)
                }
            }
        }
    }
}
