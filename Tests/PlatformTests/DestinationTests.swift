import Platform
import Testing

@Suite struct `A collector's URL` {
    @Test(arguments: [
        ("http://127.0.0.1:4690", false, "127.0.0.1", UInt16(4690), "127.0.0.1:4690", true),
        ("HTTPS://Collector.Example/", true, "collector.example", 443, "collector.example", false),
        ("http://localhost", false, "localhost", 80, "localhost", true),
        ("http://[::1]:8080/", false, "::1", 8080, "[::1]:8080", true),
        ("https://[2001:DB8::1]", true, "2001:db8::1", 443, "[2001:db8::1]", false),
        ("https://a_b-c.d:80", true, "a_b-c.d", 80, "a_b-c.d:80", false),
        ("http://127.8.8.8:443", false, "127.8.8.8", 443, "127.8.8.8:443", true),
    ])
    func `is read`(
        _ url: String, _ isSecure: Bool, _ host: String, _ port: UInt16, _ authority: String,
        _ isLoopback: Bool
    ) throws {
        let destination = try Destination(url: url)
        #expect(destination == Destination(isSecure: isSecure, host: host, port: port))
        #expect(destination.authority == authority)
        #expect(destination.isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("", Destination.Fault.scheme), ("collector", .scheme), ("ftp://c", .scheme),
        ("https:/c", .scheme), ("https://", .host), ("https://:80", .host),
        ("https://a b", .host), ("https://caf\u{e9}", .host), ("https://a,b", .host),
        ("https://[::1", .host), ("https://[127.0.0.1]", .host), ("https://[x]", .host),
        ("https://key@c", .userInformation), ("https://a:b@c", .userInformation),
        ("https://c:", .port), ("https://c:0", .port), ("https://c:65536", .port),
        ("https://c:x", .port), ("https://[::1]80", .port), ("https://c:80:80", .port),
        ("https://c/path", .path), ("https://c/?q", .path), ("https://c?q", .path),
        ("https://c#f", .path), ("https://c//", .path),
        ("https://\(String(repeating: "a", count: 254))", .host),
    ])
    func `is refused with what is wrong`(_ url: String, _ fault: Destination.Fault) {
        #expect(throws: fault) { try Destination(url: url) }
    }
}

@Suite struct `An address to listen on` {
    @Test(arguments: [
        ("127.0.0.1:4680", true), ("127.1.2.3:0", true), ("[::1]:80", true),
        ("0.0.0.0:80", false), ("192.168.1.2:80", false), ("[::]:80", false),
        ("[fe80::1]:80", false),
    ])
    func `is read, and known to be loopback or not`(_ text: String, _ isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.isLoopback == isLoopback)
        #expect(address.text == text)
    }

    @Test(arguments: [
        "", "127.0.0.1", ":80", "localhost:80", "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:-1",
        "::1:80", "[127.0.0.1]:80", "127.0.0:80", "127.0.0.1:80 ", "*:80", "127.0.0.1\u{0}:80",
    ])
    func `is refused`(_ text: String) { #expect(ListenAddress(text) == nil) }
}
