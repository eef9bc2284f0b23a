internal import ArgumentParser

/// `export`: every event on a line, in order, while `serve` goes on.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print all events as NDJSON.",
        discussion: "In the order of device, stream (by first arrival), epoch and seq.")

    @OptionGroup var data: DataOptions

    func run() throws {
        let archive = try Archive.openForReading(folder: data.data)
        var output = StandardOutput()
        let waiting = try archive.export { line in try output.write(line) }
        try output.flush()
        if waiting > 0 { StandardError.write("\(waiting) \(FunnelText.waiting)") }
    }
}
