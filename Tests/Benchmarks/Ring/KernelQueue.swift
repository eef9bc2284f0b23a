internal import Glibc
internal import Platform

/// Records through the kernel, one system call each: a pipe, or a pair of Unix datagram sockets.
final class KernelQueue: RecordQueue {
    let name: String
    let producerCount = 1
    let holdCount = 0
    private let writing: Int32
    private let reading: Int32
    /// A pipe is read many records at a time, a datagram socket one.
    private let readBytes: Int

    /// Makes a pipe.
    init(pipe name: String) throws {
        self.name = name
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw BenchError("no pipe can be made") }
        (reading, writing) = (ends[0], ends[1])
        readBytes = SendLoad.recordBytes * 128
    }

    /// Makes a pair of datagram sockets.
    init(datagrams name: String) throws {
        self.name = name
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &ends) == 0 else {
            throw BenchError("no pair of sockets can be made")
        }
        (reading, writing) = (ends[0], ends[1])
        readBytes = SendLoad.recordBytes
    }

    deinit {
        close(reading)
        close(writing)
    }

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        var sender = KernelSender(descriptor: writing)
        return try load.run(&sender)
    }

    func receive(_ count: Int) {
        var receiver = KernelReceiver(
            descriptor: reading, buffer: [UInt8](repeating: 0, count: readBytes))
        take(count, from: &receiver)
    }
}

private struct KernelSender: ~Copyable, RecordSender {
    let descriptor: Int32

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool {
        unsafe write(descriptor, record.baseAddress, record.count) == record.count
    }
}

private struct KernelReceiver: ~Copyable, RecordReceiver {
    let descriptor: Int32
    var buffer: [UInt8]
    /// Of a record whose end is still to come.
    private var restBytes = 0

    init(descriptor: Int32, buffer: [UInt8]) {
        self.descriptor = descriptor
        self.buffer = buffer
    }

    @inline(__always)
    mutating func receive() -> Int {
        let bytes = unsafe read(descriptor, &buffer, buffer.count) + restBytes
        restBytes = bytes % SendLoad.recordBytes
        return bytes / SendLoad.recordBytes
    }
}
