internal import Foundation
internal import Glibc

/// Somebody else's queue, in a library that whoever wants to compare has made of it.
///
/// `NAME.so` has these C calls:
///
///     void *contender_open(int32_t producers, ptrdiff_t record_bytes);
///     void contender_close(void *queue);
///     ptrdiff_t contender_send(
///         void *queue, int32_t producer, const void *record, ptrdiff_t times);
///     ptrdiff_t contender_receive(void *queue);
///
/// It has room for 50,000 records a producer. `contender_send` hands over the same record so many
/// times, or until there is no room, and `contender_receive` copies out what is there, some hundred
/// at most; both answer how many it was. A burst is one call, and so its own code inlined.
@safe final class ForeignQueue: RecordQueue {
    let name: String
    let producerCount: Int
    let holdCount = 40_000
    fileprivate typealias Open =
        @convention(c) (_ producers: Int32, _ record: Int) -> UnsafeMutableRawPointer?
    fileprivate typealias Close = @convention(c) (UnsafeMutableRawPointer) -> Void
    fileprivate typealias Send =
        @convention(c) (
            UnsafeMutableRawPointer, _ producer: Int32, _ record: UnsafeRawPointer?, _ times: Int
        ) -> Int
    fileprivate typealias Receive = @convention(c) (UnsafeMutableRawPointer) -> Int
    nonisolated(unsafe) private let queue: UnsafeMutableRawPointer
    nonisolated(unsafe) private let library: UnsafeMutableRawPointer
    private let sending: Send
    private let receiving: Receive
    private let closing: Close

    /// The libraries in a folder that were built for this; none without one.
    static func all(folder: String?, producers: Int) throws -> [ForeignQueue] {
        guard let folder else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try files.filter { $0.hasSuffix(".so") }.map { (file) in
            try ForeignQueue(String(file.dropLast(3)), folder + "/" + file, producers)
        }
    }

    private init(_ name: String, _ path: String, _ producers: Int) throws {
        self.name = name
        producerCount = producers
        guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL),
            let opening = unsafe dlsym(library, "contender_open"),
            let closing = unsafe dlsym(library, "contender_close"),
            let sending = unsafe dlsym(library, "contender_send"),
            let receiving = unsafe dlsym(library, "contender_receive")
        else { throw BenchError("\(path) is no library of a contender") }
        unsafe self.library = library
        unsafe self.sending = unsafe unsafeBitCast(sending, to: Send.self)
        unsafe self.receiving = unsafe unsafeBitCast(receiving, to: Receive.self)
        unsafe self.closing = unsafe unsafeBitCast(closing, to: Close.self)
        let open = unsafe unsafeBitCast(opening, to: Open.self)
        guard let queue = unsafe open(Int32(producers), SendLoad.recordBytes) else {
            throw BenchError("\(name) cannot be opened")
        }
        unsafe self.queue = queue
    }

    deinit {
        unsafe closing(queue)
        unsafe dlclose(library)
    }

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        var sender = unsafe ForeignSender(
            queue: queue, producer: Int32(producer), sending: sending)
        return try load.run(&sender)
    }

    func receive(_ count: Int) {
        var receiver = unsafe ForeignReceiver(queue: queue, receiving: receiving)
        take(count, from: &receiver)
    }
}

@safe private struct ForeignSender: ~Copyable, RecordSender {
    let queue: UnsafeMutableRawPointer
    let producer: Int32
    let sending: ForeignQueue.Send

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool {
        unsafe sending(queue, producer, record.baseAddress, 1) == 1
    }

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer, times: Int) -> Int {
        unsafe sending(queue, producer, record.baseAddress, times)
    }
}

@safe private struct ForeignReceiver: ~Copyable, RecordReceiver {
    let queue: UnsafeMutableRawPointer
    let receiving: ForeignQueue.Receive

    @inline(__always)
    mutating func receive() -> Int { unsafe receiving(queue) }
}
