internal import Platform

/// Compressed bodies and what they say of their size.
enum Compression {
    static func run(_ list: Checklist) {
        list.check("a gzip body is inflated as it is") { probe in
            let body = HandMade.gzip(probe.carrier.bytes(content), statedBytes: 27)
            probe.equal(inflated(body, limitBytes: 64).bytes, content)
        }
        list.check("a gzip body that states 2^31 bytes and more is corrupt") { probe in
            for stated: UInt32 in [2_147_483_675, 4_294_967_295] {
                let body = HandMade.gzip(
                    Array(content.utf8), statedBytes: probe.carrier.number(stated))
                probe.equal(inflated(body, limitBytes: 64).fault, "corrupt")
            }
        }
        list.check("what is inflated stays within its limit") { probe in
            let body = HandMade.gzip(Array(content.utf8), statedBytes: 27)
            probe.equal(inflated(body, limitBytes: 27).bytes, content)
            let less = probe.carrier.isPlanted ? 27 : 26
            probe.equal(inflated(body, limitBytes: less).fault, "too big")
        }
        list.check("gzip members follow each other at any offset") { probe in
            for count in 0..<8 {
                let first = Array(content.utf8.prefix(count))
                var body = HandMade.gzip(first, statedBytes: UInt32(count))
                body += HandMade.gzip(probe.carrier.bytes(content), statedBytes: 27)
                let whole = String(decoding: first, as: UTF8.self) + content
                probe.equal(inflated(body, limitBytes: 64).bytes, whole)
            }
        }
    }

    private static let content = "events of an afternoon, all"

    private static func inflated(
        _ body: [UInt8], limitBytes: Int
    ) -> (bytes: [UInt8], fault: String) {
        do throws(Inflater.Failure) {
            return (try Inflater.inflate(body, .gzip, limitBytes: limitBytes), "none")
        } catch {
            switch error {
            case .tooBig: return ([], "too big")
            case .corrupt: return ([], "corrupt")
            case .truncated: return ([], "truncated")
            }
        }
    }
}
