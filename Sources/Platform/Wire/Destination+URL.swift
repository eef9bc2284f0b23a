extension Destination {
    /// What is wrong with a collector's URL.
    public enum Fault: Error, Hashable, Sendable {
        case scheme, userInformation, host, port, path

        /// What is allowed instead, for an operator.
        public var text: String {
            switch self {
            case .scheme: "a URL begins with https:// or http://"
            case .userInformation: "a URL holds no user name: the key goes into write_key"
            case .host: "the host is a name, an IPv4 address, or an IPv6 address in brackets"
            case .port: "a port is a number from 1 to 65535"
            case .path: "nothing but a slash may follow the host"
            }
        }
    }

    /// Reads a URL such as `https://collector.example:4690/`.
    public init(url: String) throws(Fault) {
        let bytes = Array(url.utf8)
        let rest: ArraySlice<UInt8>
        if ASCII.lowered(bytes.prefix(8)) == "https://" {
            isSecure = true
            rest = bytes.dropFirst(8)
        } else if ASCII.lowered(bytes.prefix(7)) == "http://" {
            isSecure = false
            rest = bytes.dropFirst(7)
        } else {
            throw .scheme
        }
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        guard Array(rest[end...]).isEmpty || Array(rest[end...]) == [UInt8(ascii: "/")] else {
            throw .path
        }
        let authority = rest[..<end]
        if authority.contains(UInt8(ascii: "@")) { throw .userInformation }
        let (host, port) = try Destination.split(authority)
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
    }

    /// The host and, where it is not the scheme's own, the port: what a Host field holds.
    public var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
        return port == (isSecure ? 443 : 80) ? name : name + ":\(port)"
    }

    /// Whether it is a loopback address, or `localhost`.
    public var isLoopback: Bool {
        if host == "localhost" { return true }
        guard let address = ListenAddress.literal(Array(host.utf8)[...]) else { return false }
        return ListenAddress.isLoopback(address)
    }

    /// Whether the host is an address, not a name.
    var isLiteral: Bool { ListenAddress.literal(Array(host.utf8)[...]) != nil }

    private static func split(_ authority: ArraySlice<UInt8>) throws(Fault)
        -> (host: String, port: UInt16?)
    {
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
            let host = authority[(authority.startIndex + 1)..<close]
            guard ListenAddress.literal(host)?.count == 16 else { throw .host }
            return (ASCII.lowered(host), try self.port(authority[(close + 1)...]))
        }
        let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        let host = authority[..<colon]
        guard !host.isEmpty, host.count <= 253, host.allSatisfy({ isNameMark($0) }) else {
            throw .host
        }
        return (ASCII.lowered(host), try self.port(authority[colon...]))
    }

    private static func port(_ text: ArraySlice<UInt8>) throws(Fault) -> UInt16? {
        guard let colon = text.first else { return nil }
        guard colon == UInt8(ascii: ":"), let number = ASCII.decimal(text.dropFirst()),
            number >= 1, number <= 65_535
        else { throw .port }
        return UInt16(number)
    }

    private static func isNameMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension Proxy {
    /// Reads `http://host:port` or `http://user:password@host:port`; nil for anything else.
    public init?(url: String) {
        let bytes = Array(url.utf8)
        guard ASCII.lowered(bytes.prefix(7)) == "http://" else { return nil }
        var rest = bytes[7...]
        var credentials: String?
        if let sign = rest.lastIndex(of: UInt8(ascii: "@")) {
            // RFC 7617: what stands before the first colon is the user.
            guard rest[..<sign].contains(UInt8(ascii: ":")) else { return nil }
            credentials = String(decoding: rest[..<sign], as: UTF8.self)
            rest = rest[(sign + 1)...]
        }
        do throws(Destination.Fault) {
            let place = try Destination(url: "http://" + String(decoding: rest, as: UTF8.self))
            self.init(host: place.host, port: place.port, credentials: credentials)
        } catch { return nil }
    }
}
