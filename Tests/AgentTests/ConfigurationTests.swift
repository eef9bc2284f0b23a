import Events
import Identity
import Platform
import Testing

@testable import Agent

private let file = "/etc/footfall/test.conf"

/// The least that a configuration needs.
private let least = """
    [agent]
    device = kiosk-1
    [collector]
    url = https://c.example
    write_key = k

    """

private func read(_ text: String) throws -> Configuration {
    try Configuration(text: Array(text.utf8), file: file)
}

/// What is wrong with a text; nil where nothing is.
private func fault(_ text: String) -> ConfigurationError? {
    do throws(ConfigurationError) {
        _ = try Configuration(text: Array(text.utf8), file: file)
        return nil
    } catch {
        return error
    }
}

@Suite struct `A configuration` {
    @Test func `has its defaults`() throws {
        let configuration = try read(least)
        #expect(configuration.device == "kiosk-1")
        #expect(configuration.stateDirectory == "/var/lib/footfall")
        #expect(configuration.runtimeDirectory == "/run/footfall")
        #expect(configuration.httpListen == "127.0.0.1:4680")
        #expect(configuration.localKeys == [] && configuration.allowedOrigins == [])
        #expect(configuration.socketGroup == nil && !configuration.isInsecure)
        #expect(configuration.collectorURL == "https://c.example")
        #expect(configuration.collector.host == "c.example")
        #expect(configuration.collector.port == 443 && configuration.collector.isSecure)
        #expect(configuration.writeKey == "k" && configuration.writeKeyFile == nil)
        #expect(configuration.backoffCapMilliseconds == 300_000)
        #expect(configuration.identityKeyFile == "/etc/footfall/identity.key")
        #expect(configuration.quotaBytes == 64_000_000)
        #expect(configuration.stages.isEmpty)
        #expect(configuration.visits.idleTimeoutMilliseconds == 90_000)
        #expect(configuration.visits.isSplitting && configuration.visits.sharedIdentityVisits == 20)
        #expect(configuration.visits.startEvents == [] && configuration.visits.endEvents == [])
        #expect(configuration.staffBadgesFile == nil)
        #expect(configuration.isGuarded && configuration.guardPatterns.isEmpty)
    }

    @Test func `switches the guard off, and gives it a site's own numbers`() throws {
        #expect(try read(least + "[guard]\nenabled = yes\n").isGuarded)
        #expect(try !read(least + "[guard]\nenabled = no\n").isGuarded)
        let patterns = try read(
            least + "[guard]\npattern.member = MEMBER-########\npattern.b_2-x = ??-#*\n"
        ).guardPatterns
        let textGuard = TextGuard(patterns: patterns)
        let text = Array("MEMBER-12345678 of AB-9 or XY".utf8)
        let found = try #require(textGuard.rewrite(text, in: 0..<text.count))
        #expect(String(decoding: found.bytes, as: UTF8.self) == "[member] of [b_2-x] or XY")
    }

    @Test func `has so many patterns and no more`() throws {
        let lines = (0...GuardPattern.countMax).map { "pattern.p\($0) = A\($0)-####\n" }
        let most = least + "[guard]\n" + lines.dropLast().joined()
        #expect(try read(most).guardPatterns.count == GuardPattern.countMax)
        let error = try #require(fault(most + (lines.last ?? "")))
        #expect(error.line == Int32(7 + GuardPattern.countMax))
        #expect(error.problem == "too many patterns")
        #expect(error.allowed == "\(GuardPattern.countMax) at most")
    }

    @Test func `says every key once, in any order, with comments between`() throws {
        let configuration = try read(
            """
            # the kiosk at the door
            [stages]
            awareness = Demo Watched | Poster Seen |
            advocacy=Photo Taken
            [store]
            quota = 1GB
            ; and who it is
            [identity]
            key_file = /k
            [collector]
            insecure = yes
            url = http://10.0.0.1:4690/
            write_key_file = /w
            backoff_cap = 5s
            [agent]
            device = a.B-9_
            state_directory = /s
            runtime_directory = /r
            http_listen = [::1]:80
            local_keys = one | two
            local_keys.2 = three
            allowed_origins = https://shop.example | http://localhost:8080
            socket_group = shop\r

            """)
        #expect(configuration.device == "a.B-9_")
        #expect(configuration.stateDirectory == "/s" && configuration.runtimeDirectory == "/r")
        #expect(configuration.httpListen == "[::1]:80" && configuration.socketGroup == "shop")
        #expect(configuration.localKeys == ["one", "two", "three"])
        #expect(configuration.allowedOrigins == ["https://shop.example", "http://localhost:8080"])
        #expect(configuration.isInsecure && configuration.collector.port == 4690)
        #expect(configuration.writeKeyFile == "/w" && configuration.writeKey == nil)
        #expect(configuration.backoffCapMilliseconds == 5000)
        #expect(configuration.identityKeyFile == "/k" && configuration.quotaBytes == 1_000_000_000)
        #expect(configuration.stages.map(\.name) == ["Demo Watched", "Poster Seen", "Photo Taken"])
        #expect(configuration.stages.map(\.stage) == [.awareness, .awareness, .advocacy])
    }

    @Test(
        arguments: [
            (
                "[agents]\nx = 1", 7, "[agents]",
                "agent, collector, sync, identity, guard, visits, store"
            ),
            ("[store]\nsize = 1", 7, "size", "quota"), ("[agent]\nurl = x", 7, "url", "device"),
            ("[sync]\ndrain_rate = 9", 7, "bad rate 9", "10 to 1000000 events a second"),
            ("[visits]\nidle_timeout = 4s", 7, "bad duration 4s", "5s to 1h"),
            ("[visits]\nidle_timeout = 61m", 7, "bad duration 61m", "5s to 1h"),
            ("[visits]\nsplit = maybe", 7, "split = maybe", "yes or no"),
            ("[visits]\nstaff_badges_file = b", 7, "staff_badges_file = b", "absolute"),
            ("[visits]\nshared_identity_visits = 1", 7, "bad count 1", "2 to 1000"),
            ("[visits]\nend_events = A | B\nstart_events = B", 8, "B begins", "one of the lists"),
            ("[visits]\nstarts = x", 7, "starts", "idle_timeout, start_events, end_events"),
            ("[guard]\nenabled = on", 7, "enabled = on", "yes or no"),
            ("[guard]\nenabled = yes\nenabled = no", 8, "enabled again", "line 7"),
            ("[guard]\npatterns = x", 7, "patterns", "keys: enabled, pattern.NAME"),
            ("[guard]\npattern.m =", 7, "pattern.m has no value", "leave"),
            ("[guard]\npattern. = A-####", 7, "bad pattern A-####", "a name of a-z 0-9 _ -"),
            ("[guard]\npattern.Mem = A-####", 7, "bad pattern A-####", "a name of a-z"),
            ("[guard]\npattern.m = ###", 7, "bad pattern ###", "4 to 64 characters"),
            ("[guard]\npattern.m = A-####\npattern.m = B-####", 8, "pattern.m again", "line 7"),
            ("[sync]\ndrain_rate = fast", 7, "bad rate fast", "10 to 1000000"),
            ("[stages]\ninterest = x", 7, "interest", "awareness"), ("x = 1", 6, "x", "url"),
            ("[agent]\ndevice = b", 7, "device again", "line 2"),
            (
                "[agent]\nlocal_keys = a\nlocal_keys.2 = b\n\nlocal_keys.2 = c", 10, "local_keys.2",
                "line 8"
            ),
            ("[agent]\ndevice.2 = b", 7, "device.2", "keys"),
            ("[agent]\nlocal_keys.1 = b", 7, "local_keys.1", "keys"),
            ("[agent]\nlocal_keys.x = b", 7, "local_keys.x", "keys"),
            ("[agent]\nsocket_group =", 7, "no value", "leave"),
            ("[store]\nquota", 7, "key = value", "comment"),
            ("[store\nquota = 64MB", 6, "[section]", "comment"),
            ("[store]\nquota = 64", 7, "64", "16MB"), ("[store]\nquota = 15MB", 7, "15MB", "16MB"),
            ("[store]\nquota = 2000GB", 7, "2000GB", "1GB"),
            ("[store]\nquota = big", 7, "big", "64MB"),
            ("[collector]\nbackoff_cap = 99ms", 7, "99ms", "100ms"),
            ("[collector]\nbackoff_cap = 2d", 7, "2d", "1d"),
            ("[collector]\nbackoff_cap = 5", 7, "5", "5m"),
            ("[collector]\ninsecure = true", 7, "true", "yes or no"),
            ("[agent]\nstate_directory = var", 7, "var", "absolute"),
            ("[agent]\nruntime_directory = ./x", 7, "./x", "absolute"),
            ("[identity]\nkey_file = key", 7, "key", "absolute"),
            ("[agent]\nhttp_listen = 4680", 7, "4680", "127.0.0.1:4680"),
            ("[agent]\nhttp_listen = localhost:x", 7, "localhost:x", "127.0.0.1:4680"),
            ("[agent]\nallowed_origins = null", 7, "null", "https://"),
            ("[agent]\nallowed_origins = https://a.b/", 7, "https://a.b/", "scheme and host"),
            ("[agent]\nallowed_origins = *", 7, "*", "scheme and host"),
            ("[collector]\nwrite_key_file = /x", 7, "both write_key and write_key_file", "one"),
        ] as [(String, Int32, String, String)])
    func `is refused with file, line, what is wrong and what is allowed`(
        _ lines: String, _ line: Int32, _ problem: String, _ allowed: String
    ) throws {
        let error = try #require(fault(least + lines + "\n"))
        #expect(error.line == line && error.file == file)
        #expect(error.problem.contains(problem), "\(error.text)")
        #expect(error.allowed.contains(allowed), "\(error.text)")
        #expect(error.text == "\(file):\(line): \(error.problem); \(error.allowed)")
    }

    @Test(
        arguments: [
            "kiosk 1", "kiösk", "a/b", String(repeating: "x", count: 65),
        ])
    func `is refused for the device's name`(_ name: String) throws {
        let error = try #require(fault("[agent]\ndevice = \(name)\n"))
        #expect(error.line == 2 && error.problem.contains(name) && error.allowed.contains("64"))
    }

    @Test(arguments: [
        "c.example", "ftp://c", "https://", "http://a:b@c", "https://c:0", "https://c/v1",
    ])
    func `is refused for the collector's address`(_ url: String) throws {
        let error = try #require(fault("[agent]\ndevice = a\n[collector]\nurl = \(url)\n"))
        #expect(
            error.line == 4 && error.problem.contains(url) && error.allowed.contains("https://host")
        )
    }

    @Test func `is refused for a write key of other than printable ASCII`() throws {
        for key in ["a b", "ä", "a\u{7F}"] {
            let text = "[agent]\ndevice = a\n[collector]\nurl = https://c\nwrite_key = \(key)\n"
            #expect(fault(text)?.line == 5, "\(key)")
        }
    }

    @Test func `is refused where something is missing, and says what`() throws {
        for (without, name) in [
            ("device = kiosk-1\n", "[agent] device"),
            ("url = https://c.example\n", "[collector] url"),
            ("write_key = k\n", "write_key_file"),
        ] {
            let error = try #require(fault(least.replacing(without, with: "")))
            #expect(error.line == 0 && error.problem.contains(name) && !error.allowed.isEmpty)
            #expect(error.text.hasPrefix(file + ": "))
        }
        #expect(fault("")?.problem.contains("[agent] device") == true)
    }

    @Test(
        arguments: [
            ("http://c.example", false), ("http://10.0.0.1:4690", false),
            ("http://[fe80::1]:80", false),
            ("http://127.evil.example", false), ("http://localhost.example", false),
            ("http://localhost:4690", true), ("http://127.0.0.1:4690", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:4690", true), ("https://c.example", true),
        ])
    func `lets events travel in the clear on this machine alone, or if told so`(
        _ url: String, _ isAllowed: Bool
    ) throws {
        let text = least.replacing("https://c.example", with: url)
        let error = fault(text)
        #expect((error == nil) == isAllowed)
        if let error { #expect(error.line == 4 && error.allowed.contains("insecure = yes")) }
        #expect(fault(text + "[collector]\ninsecure = yes\n") == nil)
        #expect((fault(text + "[collector]\ninsecure = no\n") == nil) == isAllowed)
    }

    @Test func `lets other machines in only under keys`() throws {
        let text = least + "[agent]\nhttp_listen = 0.0.0.0:4680\n"
        let error = try #require(fault(text))
        #expect(error.line == 7 && error.allowed.contains("local_keys"))
        #expect(fault(text + "local_keys = secret\n") == nil)
    }
}

/// What inih would cut, join or leave uncounted.
@Suite struct `A line of the configuration` {
    @Test func `has 199 bytes at most`() throws {
        let name = String(repeating: "x", count: 199 - "advocacy = ".utf8.count)
        let most = least + "[stages]\nadvocacy = \(name)\nloyalty = y\n"
        let configuration = try read(most)
        #expect(configuration.stages.map(\.name) == [name, "y"])
        let error = try #require(fault(most.replacing(name, with: name + "x")))
        #expect(error.line == 7 && error.problem.contains("200 bytes"))
        #expect(error.allowed.contains("199"))
        #expect(fault(least + "#" + String(repeating: "x", count: 199))?.line == 6)
    }

    @Test func `is counted right behind one of 199 bytes`() throws {
        let comment = "#" + String(repeating: "x", count: 198) + "\n"
        #expect(fault(least + comment + comment + "[store]\nquota = 1\n")?.line == 9)
        #expect(fault(least + comment + comment + "nonsense\n")?.line == 8)
        #expect(
            fault(comment + least + "[agent]\ndevice = b\n")?.allowed.contains("line 3") == true)
    }

    @Test(
        arguments: [
            (" quota = 64MB", "indented"), ("\tquota = 64MB", "indented"),
            (" # comment", "indented"),
            ("quota = 64MB ; large", "comment behind"), ("quota = 64MB\t;", "comment behind"),
            ("[store] ; x", "comment behind"), ("quota = 64\u{0}MB", "zero byte"),
        ])
    func `is refused where it would be cut or joined`(_ line: String, _ problem: String) throws {
        let error = try #require(fault(least + "[store]\n" + line + "\n"))
        #expect(error.line == 7 && error.problem.contains(problem), "\(error.text)")
    }

    @Test func `may hold a semicolon and other signs inside of a value`() throws {
        let configuration = try read(least + "[stages]\nloyalty = a;b # c = d | \"e\"\n")
        #expect(configuration.stages.map(\.name) == ["a;b # c = d", "\"e\""])
    }

    @Test func `may be blank, end in CR LF, and lack its end at the end`() throws {
        #expect(
            fault("\n \t\n\r\n" + least.replacing("\n", with: "\r\n") + "[store]\nquota = 64MB")
                == nil)
    }
}

@Suite struct `A unit` {
    @Test(
        arguments: [
            ("1B", 1), ("512KB", 512_000), ("1KiB", 1024), ("64MB", 64_000_000),
            ("64MiB", 67_108_864),
            ("2GB", 2_000_000_000), ("1GiB", 1_073_741_824), ("0MB", 0), ("007MB", 7_000_000),
            ("64", nil), ("MB", nil), ("64 MB", nil), ("64mb", nil), ("-1MB", nil), ("+1MB", nil),
            ("1.5MB", nil), ("0x1MB", nil), ("64MBB", nil), ("٣MB", nil), ("", nil),
            ("9223372036854775807B", 9_223_372_036_854_775_807), ("9223372036854775808B", nil),
            ("9223372036854775807KB", nil),
        ] as [(String, Int64?)])
    func `of size is read`(_ text: String, _ bytes: Int64?) {
        #expect(Units.bytes(text) == bytes)
    }

    @Test(
        arguments: [
            ("500ms", 500), ("5s", 5000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000),
            ("0s", 0),
            ("5", nil), ("s", nil), ("1.5s", nil), ("-5s", nil), ("5 s", nil), ("5min", nil),
            ("1w", nil),
            ("1h30m", nil), ("99999999999999d", nil),
        ] as [(String, Int64?)])
    func `of time is read`(_ text: String, _ milliseconds: Int64?) {
        #expect(Units.milliseconds(text) == milliseconds)
    }
}
