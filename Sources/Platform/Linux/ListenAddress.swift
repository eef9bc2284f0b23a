internal import CPlatform

/// A literal address and port to listen on, such as `127.0.0.1:4680` or `[::1]:4680`.
public struct ListenAddress: Hashable, Sendable {
    /// The address in network order: 4 bytes or 16.
    let address: [UInt8]
    /// The TCP port; 0 lets the kernel choose.
    public let port: UInt16
    /// The address as it was written.
    public let text: String

    /// Reads an address and port; nil for a name, a missing port or anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
            let port = ASCII.decimal(bytes[(colon + 1)...]), port <= 65_535
        else { return nil }
        var host = bytes[..<colon]
        let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = ListenAddress.literal(host), (address.count == 16) == isBracketed
        else { return nil }
        self.address = address
        self.port = UInt16(port)
        self.text = text
    }

    /// Whether only this device can reach the address.
    public var isLoopback: Bool { ListenAddress.isLoopback(address) }

    /// The bytes of a literal IPv4 or IPv6 address; nil for anything else.
    static func literal(_ host: ArraySlice<UInt8>) -> [UInt8]? {
        guard !host.contains(0) else { return nil }
        var address = [UInt8](repeating: 0, count: 16)
        let version = unsafe platform_parse_address(
            String(decoding: host, as: UTF8.self), &address)
        switch version {
        case 4: return Array(address.prefix(4))
        case 6: return address
        default: return nil
        }
    }

    /// 127.0.0.0/8 or ::1.
    static func isLoopback(_ address: [UInt8]) -> Bool {
        if address.count == 4 { return address[0] == 127 }
        return address.dropLast().allSatisfy { $0 == 0 } && address.last == 1
    }
}
