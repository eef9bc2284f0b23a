internal import CPlatform
internal import Glibc

/// Records as requests over HTTP on the loopback interface, each answered before the next.
final class LoopbackQueue: RecordQueue {
    let name = "http"
    let producerCount = 1
    let holdCount = 0
    let streams = false
    let pacedCount = 4000
    private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
    private static let head = Array(
        ("POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(SendLoad.recordBytes)\r\n\r\n").utf8)
    private let asking: Int32
    private let answering: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        asking = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let asking = asking
        let isConnected = unsafe withUnsafeMutablePointer(to: &address) { (pointer) in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (generic) in
                unsafe bind(listener, generic, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, generic, &length) == 0
                    && connect(asking, generic, length) == 0
            }
        }
        answering = isConnected ? accept(listener, nil, nil) : -1
        close(listener)
        guard answering >= 0 else { throw BenchError("the loopback interface takes nobody") }
        for descriptor in [asking, answering] {
            var yes: Int32 = 1
            unsafe setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
                socklen_t(MemoryLayout<Int32>.size))
        }
    }

    deinit {
        close(asking)
        close(answering)
    }

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        var sender = LoopbackSender(descriptor: asking, request: Self.head)
        return try load.run(&sender)
    }

    func receive(_ count: Int) throws {
        let requestBytes = Self.head.count + SendLoad.recordBytes
        var buffer = [UInt8](repeating: 0, count: requestBytes)
        for _ in 0..<count {
            guard Self.readAll(answering, &buffer, requestBytes),
                unsafe write(answering, Self.answer, Self.answer.count) == Self.answer.count
            else { throw BenchError("the loopback connection broke") }
        }
    }

    @inline(__always)
    fileprivate static func readAll(
        _ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int
    ) -> Bool {
        var have = 0
        while have < count {
            let bytes = unsafe read(descriptor, &buffer, count - have)
            guard bytes > 0 else { return false }
            have += bytes
        }
        return true
    }

    fileprivate static var answerBytes: Int { answer.count }
}

/// No queue at all: what two readings of the clock cost by themselves.
final class ClockQueue: RecordQueue {
    let name = "clock"
    let producerCount = 1
    let holdCount = 0
    let streams = false

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        var sender = ClockSender()
        return try load.run(&sender)
    }

    func receive(_ count: Int) {}
}

private struct ClockSender: ~Copyable, RecordSender {
    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool { true }
}

private struct LoopbackSender: ~Copyable, RecordSender {
    let descriptor: Int32
    private var request: [UInt8]
    private let headBytes: Int
    private var answer = [UInt8](repeating: 0, count: LoopbackQueue.answerBytes)

    init(descriptor: Int32, request head: [UInt8]) {
        self.descriptor = descriptor
        headBytes = head.count
        request = head + [UInt8](repeating: 0, count: SendLoad.recordBytes)
    }

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool {
        let headBytes = headBytes
        unsafe request.withUnsafeMutableBytes { (room) in
            unsafe UnsafeMutableRawBufferPointer(rebasing: room[headBytes...])
                .copyMemory(from: record)
        }
        return unsafe write(descriptor, request, request.count) == request.count
            && LoopbackQueue.readAll(descriptor, &answer, answer.count)
    }
}
