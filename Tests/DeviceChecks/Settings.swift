internal import Agent

/// Sizes, durations and counts that an operator writes.
enum Settings {
    static func run(_ list: Checklist) {
        list.check("a quota of 8 GB and of 1 TiB is held in bytes") { probe in
            let c = probe.carrier
            for (text, bytes) in [
                (c.text(8_000_000_000) + "B", 8_000_000_000), (c.text(8) + "GB", 8_000_000_000),
                ("1024GiB", 1_099_511_627_776), (c.text(1_099_511_627_776) + "B", 1 << 40),
            ] as [(String, Int64)] {
                probe.equal(quota(text), bytes)
            }
        }
        list.check("a quota whose bytes pass 40, 63 or 64 bits is refused") { probe in
            let c = probe.carrier
            for text in [
                c.text(1_099_527_627_776) + "B", c.text(4_294_967_297_000_064) + "MB",
                "18446744073709551616B", "9223372036854775807KiB", "10995116277760000001B",
            ] {
                probe.isTrue(quota(text) == nil, text + " is refused")
            }
        }
        list.check("a duration is held in milliseconds, a day at most") { probe in
            let c = probe.carrier
            probe.equal(backoff("1d"), 86_400_000)
            for text in [
                c.text(4_294_972_296) + "ms", c.text(4_294_967_301) + "s", "9223372036854775807d",
            ] {
                probe.isTrue(backoff(text) == nil, text + " is refused")
            }
        }
        list.check("a list goes on under numbers beyond 2^31") { probe in
            for number: Int64 in [2, 2_147_483_648, 4_294_967_298] {
                let key = "local_keys." + probe.carrier.text(number)
                probe.isTrue(read("[agent]\n" + key + " = abc\n") != nil, key + " is a key")
            }
        }
    }

    private static func quota(_ text: String) -> Int64? {
        read("[store]\nquota = " + text + "\n")?.quotaBytes
    }

    private static func backoff(_ text: String) -> Int64? {
        read("[collector]\nbackoff_cap = " + text + "\n")?.backoffCapMilliseconds
    }

    private static func read(_ lines: String) -> Configuration? {
        let text =
            "[agent]\ndevice = kiosk-1\n[collector]\nurl = http://127.0.0.1:4690\n"
            + "write_key = abc\n" + lines
        do throws(ConfigurationError) {
            return try Configuration(text: Array(text.utf8), file: "checks.conf")
        } catch { return nil }
    }
}
