internal import Events
internal import Identity
internal import Platform

/// Everything that the configuration file decides, checked.
public struct Configuration {
    /// The device's name, 1 to 64 of `A-Z a-z 0-9 . _ -`.
    var device = ""
    /// Where the queue lives.
    package var stateDirectory = "/var/lib/footfall"
    /// Where the sockets live.
    var runtimeDirectory = "/run/footfall"
    var httpListen = "127.0.0.1:4680"
    var localKeys: [String] = []
    var allowedOrigins: [String] = []
    var socketGroup: String?
    var collector = Destination(isSecure: false, host: "", port: 0)
    var collectorURL = ""
    var isInsecure = false
    /// Whom the collector is known by, where its URL is https.
    var trust = Trust()
    /// What connections to the collector go through.
    var proxy: Proxy?
    package var backoffCapMilliseconds: Int64 = 5 * 60 * 1000
    /// Events that leave in a second at most; nil for no limit.
    var drainRate: Int64?
    package var quotaBytes: Int64 = 64_000_000
    var stages: [(name: String, stage: Stage)] = []
    var writeKey: String?
    var writeKeyFile: String?
    var identityKeyFile = "/etc/footfall/identity.key"
    /// Where telephone numbers without a calling code belong; nil refuses them.
    var region: Region?
    /// Whether texts are searched for what says who somebody is.
    var isGuarded = true
    var guardPatterns: [GuardPattern] = []
    /// Whom identities are sealed to; without it they are dropped.
    var collectorKey: CollectorKey?
    var visits = VisitRules()
    /// Whose visits are staff's: a value a line.
    var staffBadgesFile: String?

    static let quotaLeastBytes: Int64 = 16_000_000
    private static let fileBytesMost = 1 << 20

    /// Reads and checks a file; nothing but the file itself is opened.
    ///
    /// - Throws: the first thing that is wrong, with its line.
    public init(file: String) throws(ConfigurationError) {
        let text: [UInt8]
        do throws(PlatformError) {
            text = try FileContents(readingAt: file, limitInBytes: Self.fileBytesMost).bytes
        } catch {
            throw ConfigurationError(
                file: file, line: 0, problem: "cannot be read: \(error.text)",
                allowed: "name the file with --config FILE or FOOTFALL_CONFIG")
        }
        try self.init(text: text, file: file)
    }

    /// Checks the text of a file.
    package init(text: [UInt8], file: String) throws(ConfigurationError) {
        var reader = ConfigurationReader(file: file)
        for entry in try INIFile(text, file: file).entries { try reader.take(entry, &self) }
        try reader.finish(&self)
    }
}
