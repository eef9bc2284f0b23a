import Glibc
import Platform

/// A blocking TCP socket on loopback for tests; nothing takes longer than 10 s.
final class TestSocket: @unchecked Sendable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    }

    deinit { if number >= 0 { close(number) } }

    /// Connects to a port of loopback.
    convenience init(connectingTo port: UInt16) {
        self.init(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let code = unsafe TestSocket.withAddress(port) { unsafe connect(number, $0, $1) }
        precondition(code == 0, "cannot connect")
    }

    /// Listens on a port of loopback that the kernel chooses.
    convenience init(listening: Void) {
        self.init(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let code = unsafe TestSocket.withAddress(0) { unsafe bind(number, $0, $1) }
        precondition(code == 0 && listen(number, 16) == 0, "cannot listen")
    }

    var port: UInt16 {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &name) { (pointer) in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (generic) in
                _ = unsafe getsockname(number, generic, &size)
            }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    /// The next connection; nil after 10 s.
    func accepted() -> TestSocket? {
        let other = accept(number, nil, nil)
        return other < 0 ? nil : TestSocket(owning: other)
    }

    /// Whether all bytes were taken.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { (buffer) in
                unsafe Glibc.send(
                    number, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// What has come, none at the end, nil when the connection broke or 10 s went by.
    func receive() -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(number, &piece, piece.count, 0)
        return count < 0 ? nil : Array(piece[..<count])
    }

    /// All up to the end; nil when the connection broke.
    func receiveAll() -> [UInt8]? {
        var all: [UInt8] = []
        while let piece = receive() {
            if piece.isEmpty { return all }
            all += piece
        }
        return nil
    }

    func endSending() { shutdown(number, Int32(SHUT_WR)) }

    /// Makes the close that follows a reset.
    func breakOff() {
        var never = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            number, SOL_SOCKET, SO_LINGER, &never, socklen_t(MemoryLayout<linger>.size))
    }

    private static func withAddress<T>(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
    ) -> T {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &name) { (pointer) in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (generic) in
                unsafe body(generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A directory of its own for one test, gone with it.
final class TestDirectory {
    let path: String

    init() {
        var template = Array("/tmp/footfall-test-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template)
        precondition(unsafe made != nil, "cannot make a directory")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["ingest.sock", "control.sock", "ring.sock", "file", "lock", "made"] {
            unsafe unlink(path + "/" + name)
            unsafe rmdir(path + "/" + name)
        }
        unsafe rmdir(path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}
