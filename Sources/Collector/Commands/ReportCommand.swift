internal import ArgumentParser

/// `report`: what the events say.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Print a report.",
        subcommands: [FunnelCommand.self, GapsCommand.self])

    func run() throws { throw ValidationError("the report's name is missing") }
}

/// `report funnel`: from awareness to advocacy.
struct FunnelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funnel",
        abstract: "Visits and people by stage, conversion, drop-off and revenue.")

    @OptionGroup var data: DataOptions

    @Flag(name: .long, help: "Print JSON (schema funnel/1).")
    var json = false

    @Flag(name: .long, help: "Count visits of staff and tests too.")
    var allActors = false

    func run() throws {
        let report = try Archive.openForReading(folder: data.data)
            .funnelReport(hasAllActors: allActors)
        var output = StandardOutput()
        try output.write(
            json ? FunnelJSON.text(of: report) : Array(FunnelText.text(of: report).utf8))
        try output.flush()
    }
}

/// `report gaps`: what devices gave a number and nobody can account for.
struct GapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "Ids that are neither held nor covered by a device's statement.")

    @OptionGroup var data: DataOptions

    @Flag(name: .long, help: "Print JSON (schema gaps/1).")
    var json = false

    func run() throws {
        let missing = try Archive.openForReading(folder: data.data).missingIDs()
        var output = StandardOutput()
        try output.write(
            json ? GapsReport.json(of: missing) : Array(GapsReport.text(of: missing).utf8))
        try output.flush()
    }
}
