internal import Events
internal import Identity
internal import Platform

/// Puts entries into a configuration one by one, refusing what it does not know.
struct ConfigurationReader {
    let file: String
    private var seen: [String: Int32] = [:]

    private static let keys: [(section: String, keys: [String])] = [
        (
            "agent",
            [
                "device", "state_directory", "runtime_directory", "http_listen", "local_keys",
                "allowed_origins", "socket_group",
            ]
        ),
        (
            "collector",
            [
                "url", "write_key", "write_key_file", "insecure", "backoff_cap", "ca_file", "pins",
                "certificate_file", "certificate_key_file", "proxy",
            ]
        ),
        ("sync", ["drain_rate"]),
        ("identity", ["key_file", "collector_key", "region"]),
        ("guard", ["enabled", patternKey]),
        (
            "visits",
            [
                "idle_timeout", "start_events", "end_events", "split", "staff_badges_file",
                "shared_identity_visits",
            ]
        ),
        ("store", ["quota"]),
        ("stages", Stage.allCases.map { $0.word }),
    ]
    private static let patternKey = "pattern.NAME"
    private static let lists = [
        "local_keys", "allowed_origins", "pins", "start_events", "end_events",
    ]

    init(file: String) { self.file = file }

    mutating func take(
        _ entry: INIEntry, _ configuration: inout Configuration
    ) throws(ConfigurationError) {
        guard let section = Self.keys.first(where: { $0.section == entry.section }) else {
            throw error(
                entry, "unknown section [\(entry.section)]",
                "sections: " + joined(Self.keys.map { $0.section }))
        }
        let key = baseKey(entry)
        guard section.keys.contains(key) else {
            throw error(
                entry, "unknown key \(entry.key) in [\(entry.section)]",
                "keys: " + joined(section.keys))
        }
        let full = entry.section + "." + entry.key
        if let line = seen[full] {
            throw error(
                entry, "\(entry.key) again", "it stands in line \(line) already; keep one of them")
        }
        seen[full] = entry.line
        guard !entry.value.isEmpty else {
            throw error(entry, "\(entry.key) has no value", "give it one, or leave the line out")
        }
        switch entry.section {
        case "agent": try takeAgent(entry, key, &configuration)
        case "collector": try takeCollector(entry, key, &configuration)
        case "visits": try takeVisits(entry, key, &configuration)
        case "identity" where key == "key_file":
            configuration.identityKeyFile = try path(entry)
        case "identity" where key == "region":
            guard let region = Region(Array(entry.value.utf8).span) else {
                throw error(entry, "bad region \(entry.value)", "two letters, such as DE")
            }
            configuration.region = region
        case "identity":
            guard let collectorKey = CollectorKey(text: entry.value) else {
                throw error(
                    entry, "bad collector_key",
                    "x25519: and 43 characters, as `footfall-collector keys list` prints it")
            }
            configuration.collectorKey = collectorKey
        case "guard": try takeGuard(entry, key, &configuration)
        case "sync":
            guard let rate = Int64(entry.value), 10...1_000_000 ~= rate else {
                throw bad("rate", entry, "10 to 1000000 events a second")
            }
            configuration.drainRate = rate
        case "store":
            guard let bytes = Units.bytes(entry.value), bytes >= Configuration.quotaLeastBytes,
                bytes <= 1 << 40
            else {
                throw bad("size", entry, "at least 16MB, such as 64MB or 1GB")
            }
            configuration.quotaBytes = bytes
        default:
            guard let stage = Stage(word: key) else { return }
            for name in list(entry) { configuration.stages.append((name, stage)) }
        }
    }

    /// Checks what only shows once every entry is in.
    func finish(_ configuration: inout Configuration) throws(ConfigurationError) {
        guard !configuration.device.isEmpty else {
            throw missing("[agent] device", "name this device, such as device = kiosk-17")
        }
        guard !configuration.collectorURL.isEmpty else {
            throw missing("[collector] url", "such as url = https://collector.example")
        }
        guard configuration.writeKey != nil || configuration.writeKeyFile != nil else {
            throw missing(
                "[collector] write_key_file", "give write_key_file = FILE, or write_key = KEY")
        }
        if configuration.writeKey != nil, configuration.writeKeyFile != nil {
            throw ConfigurationError(
                file: file, line: seen["collector.write_key_file"] ?? 0,
                problem: "both write_key and write_key_file", allowed: "keep one of them")
        }
        let collector = configuration.collector
        let trust = configuration.trust
        if trust != Trust(), !collector.isSecure {
            throw ConfigurationError(
                file: file, line: seen["collector.url"] ?? 0,
                problem: "ca_file, pins and certificate_file are for https://",
                allowed: "use https:// in [collector] url, or leave them out")
        }
        if (trust.certificateFile == nil) != (trust.keyFile == nil) {
            throw missing(
                "[collector] "
                    + (trust.keyFile == nil ? "certificate_key_file" : "certificate_file"),
                "certificate_file and certificate_key_file go together")
        }
        if !collector.isSecure, !collector.isLoopback, !configuration.isInsecure {
            throw ConfigurationError(
                file: file, line: seen["collector.url"] ?? 0,
                problem: "http:// beyond this machine sends events in the clear",
                allowed: "use https://, or say insecure = yes in [collector]")
        }
        if ListenAddress(configuration.httpListen)?.isLoopback == false,
            configuration.localKeys.isEmpty
        {
            throw ConfigurationError(
                file: file, line: seen["agent.http_listen"] ?? 0,
                problem: "http_listen lets other machines in",
                allowed: "listen on 127.0.0.1 or [::1], or list local_keys")
        }
    }

    private func takeGuard(
        _ entry: INIEntry, _ key: String, _ configuration: inout Configuration
    ) throws(ConfigurationError) {
        guard key == Self.patternKey else {
            configuration.isGuarded = try isYes(entry)
            return
        }
        let name = Array(entry.key.utf8.dropFirst("pattern.".utf8.count))
        guard let pattern = GuardPattern(name: name, text: Array(entry.value.utf8)) else {
            throw error(
                entry, "bad pattern \(entry.value)",
                "a name of a-z 0-9 _ -, and 4 to 64 characters with a # for each digit, ? for each "
                    + "letter, * behind one for a run, such as pattern.member = MEMBER-########")
        }
        guard configuration.guardPatterns.count < GuardPattern.countMax else {
            throw error(entry, "too many patterns", "\(GuardPattern.countMax) at most")
        }
        configuration.guardPatterns.append(pattern)
    }

    private func takeAgent(
        _ entry: INIEntry, _ key: String, _ configuration: inout Configuration
    ) throws(ConfigurationError) {
        switch key {
        case "device":
            guard DeviceName.isValid(entry.value) else {
                throw error(
                    entry, "bad device name \(entry.value)",
                    "1 to 64 of A-Z a-z 0-9 . _ -")
            }
            configuration.device = entry.value
        case "state_directory": configuration.stateDirectory = try path(entry)
        case "runtime_directory": configuration.runtimeDirectory = try path(entry)
        case "http_listen": configuration.httpListen = try listenAddress(entry)
        case "local_keys": configuration.localKeys += list(entry)
        case "allowed_origins":
            for origin in list(entry) {
                guard origin.hasPrefix("http://") || origin.hasPrefix("https://"),
                    !origin.hasSuffix("/")
                else {
                    throw error(
                        entry, "bad origin \(origin)",
                        "scheme and host, such as https://shop.example; null is never allowed")
                }
                configuration.allowedOrigins.append(origin)
            }
        default: configuration.socketGroup = entry.value
        }
    }

    private func takeCollector(
        _ entry: INIEntry, _ key: String, _ configuration: inout Configuration
    ) throws(ConfigurationError) {
        switch key {
        case "url":
            do throws(Destination.Fault) {
                configuration.collector = try Destination(url: entry.value)
            } catch {
                throw self.error(
                    entry, "bad url \(entry.value): \(error.text)",
                    "http://host[:port] or https://host[:port]")
            }
            configuration.collectorURL = entry.value
        case "write_key":
            guard entry.value.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
                throw error(
                    entry, "write_key has a space or a byte beyond ASCII", "printable ASCII")
            }
            configuration.writeKey = entry.value
        case "write_key_file": configuration.writeKeyFile = try path(entry)
        case "insecure":
            configuration.isInsecure = try isYes(entry)
        case "ca_file": configuration.trust.authorityFile = try path(entry)
        case "certificate_file": configuration.trust.certificateFile = try path(entry)
        case "certificate_key_file": configuration.trust.keyFile = try path(entry)
        case "proxy":
            guard let proxy = Proxy(url: entry.value) else {
                throw error(
                    entry, "bad proxy", "http://host:port or http://user:password@host:port")
            }
            configuration.proxy = proxy
        case "pins":
            for pin in list(entry) {
                guard let digest = Trust.pin(pin) else {
                    throw error(
                        entry, "bad pin \(pin)",
                        "sha256/ and the 44 characters of a SHA-256 in base64")
                }
                configuration.trust.pins.append(digest)
            }
        default:
            guard let milliseconds = Units.milliseconds(entry.value),
                100...86_400_000 ~= milliseconds
            else {
                throw bad("duration", entry, "100ms to 1d, such as 5s or 5m")
            }
            configuration.backoffCapMilliseconds = milliseconds
        }
    }

    /// A list's key without the number that its later lines carry.
    private func baseKey(_ entry: INIEntry) -> String {
        let isList = { (key: String) in Self.lists.contains(key) || Stage(word: key) != nil }
        if entry.section == "guard", entry.key.hasPrefix("pattern.") { return Self.patternKey }
        guard let dot = entry.key.utf8.lastIndex(of: UInt8(ascii: ".")) else { return entry.key }
        let base = String(entry.key[..<dot])
        guard let number = Int64(entry.key[entry.key.utf8.index(after: dot)...]), number >= 2,
            isList(base)
        else { return entry.key }
        return base
    }

    func list(_ entry: INIEntry) -> [String] {
        var items: [String] = []
        for part in entry.value.split(separator: "|") {
            var item = part
            while item.first == " " { item = item.dropFirst() }
            while item.last == " " { item = item.dropLast() }
            if !item.isEmpty { items.append(String(item)) }
        }
        return items
    }

    func isYes(_ entry: INIEntry) throws(ConfigurationError) -> Bool {
        guard entry.value == "yes" || entry.value == "no" else {
            throw error(entry, "\(entry.key) = \(entry.value)", "yes or no")
        }
        return entry.value == "yes"
    }

    func path(_ entry: INIEntry) throws(ConfigurationError) -> String {
        guard entry.value.hasPrefix("/") else {
            throw error(entry, "\(entry.key) = \(entry.value)", "an absolute path")
        }
        return entry.value
    }

    private func listenAddress(_ entry: INIEntry) throws(ConfigurationError) -> String {
        guard ListenAddress(entry.value) != nil else {
            throw bad("address", entry, "such as 127.0.0.1:4680 or [::1]:4680")
        }
        return entry.value
    }

    private func joined(_ words: [String]) -> String {
        var text = ""
        for word in words { text += text.isEmpty ? word : ", " + word }
        return text
    }

    /// What is wrong with a value of a kind that has a name.
    @inline(never)
    func bad(_ what: String, _ entry: INIEntry, _ allowed: String) -> ConfigurationError {
        error(entry, "bad " + what + " " + entry.value, allowed)
    }

    @inline(never)
    func error(
        _ entry: INIEntry, _ problem: String, _ allowed: String
    ) -> ConfigurationError {
        ConfigurationError(file: file, line: entry.line, problem: problem, allowed: allowed)
    }

    private func missing(_ key: String, _ allowed: String) -> ConfigurationError {
        ConfigurationError(file: file, line: 0, problem: "\(key) is missing", allowed: allowed)
    }
}
