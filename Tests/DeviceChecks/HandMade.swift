/// Bytes made by hand, so that a format is not checked by the code that writes it.
enum HandMade {
    /// CRC-32 as in zlib, bit by bit.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var rest = UInt32.max
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~rest
    }

    /// Four bytes, the lowest first.
    static func word(_ value: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
        return bytes
    }

    /// A block with a right checksum, whatever its three lengths say.
    static func block(
        version: UInt8 = 0, storedBytes: UInt32, payloadBytes: UInt32, eventCount: UInt32,
        payload: [UInt8]
    ) -> [UInt8] {
        var head: [UInt8] = [0x46, 0x46, 0x42, 0x4B, version, 0, 0, 0]
        head += word(storedBytes) + word(payloadBytes) + word(eventCount)
        return head + word(checksum(head + payload)) + payload
    }

    /// A plain block of these lines.
    static func block(lines: String, eventCount: UInt32) -> [UInt8] {
        let payload = Array(lines.utf8)
        let count = UInt32(truncatingIfNeeded: payload.count)
        return block(
            storedBytes: count, payloadBytes: count, eventCount: eventCount, payload: payload)
    }

    /// A header's line.
    static func header(
        epoch: String = "3", previous: String = "", tombstones: String = ""
    ) -> String {
        "{\"device\":\"kiosk-1\",\"stream\":\"" + stream + "\",\"lane\":\"normal\",\"epoch\":"
            + epoch + ",\"boot\":\"" + stream + "\"" + previous + ",\"tombstones\":[" + tombstones
            + "]}\n"
    }

    /// An event's line.
    static func event(
        sequence: String = "0", monotonic: String = "1", wall: String = "2"
    ) -> String {
        "{\"seq\":" + sequence + ",\"kind\":\"track\",\"stage\":null,\"mono\":" + monotonic
            + ",\"wall\":" + wall + ",\"quality\":\"synchronised\",\"producer\":"
            + "\"8000000000000001\",\"event\":{\"event\":\"Look\"}}\n"
    }

    /// A stream's text.
    static let stream = "8899aabbccddeeff0011223344556677"

    /// A gzip member (RFC 1952) that holds `content`, of less than 64 KiB, as it is.
    static func gzip(_ content: [UInt8], statedBytes: UInt32) -> [UInt8] {
        let count = UInt16(truncatingIfNeeded: content.count)
        var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]
        for value in [count, ~count] {
            member += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        return member + content + word(checksum(content)) + word(statedBytes)
    }

    /// A number as LEB128.
    static func leb128(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: rest)]
    }
}
