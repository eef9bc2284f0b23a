internal import Events
internal import Platform

/// `footfall version`.
enum VersionCommand {
    static func run(_ line: CommandLine) -> Int32 {
        guard line.isJSON else {
            Program.say("footfall \(Program.version)\n")
            return ExitCode.success
        }
        var writer = JSONWriter(capacity: 64)
        writer.beginObject()
        writer.key("schema")
        writer.string("version/1")
        writer.key("version")
        writer.string(Program.version)
        writer.endObject()
        Program.write(writer.bytes + [UInt8(ascii: "\n")], to: .output)
        return ExitCode.success
    }
}
