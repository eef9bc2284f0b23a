import CPlatform
import Events
import Glibc
import Testing

@testable import Platform

/// A client of a Unix door that sends descriptors.
private final class Guest {
    let number: Int32

    init(at path: String) {
        number = platform_socket_unix()
        let code = unsafe platform_connect_unix(number, path)
        precondition(code == 0, "cannot connect")
    }

    deinit { Glibc.close(number) }

    func send(_ text: String, _ descriptor: Int32 = -1) {
        let count = unsafe platform_send_descriptor(
            number, bytes(text), text.utf8.count, descriptor)
        precondition(count == text.utf8.count, "cannot send")
    }
}

@Suite(.serialized) struct `Descriptors that guests send` {
    private func memory() -> Int32 { unsafe platform_memory_open("test", 4096) }

    /// The descriptor, and the bytes behind it, that a connection hands over next.
    private func handed(_ stage: inout Stage, _ id: ConnectionID) throws -> FileDescriptor? {
        guard case .handed(id, let descriptor) = try stage.next() else { throw Silence() }
        return descriptor
    }

    @Test func `are told before their bytes where they are memory, and else as none`() throws {
        var stage = try Stage()
        let guest = Guest(at: stage.directory.file("ring.sock"))
        let id = try stage.opened(.ring)
        let shared = memory()
        guest.send("word", shared)
        let taken = try #require(try handed(&stage, id))
        #expect(text(try stage.received(id)) == "word")
        var (mine, its) = (stat(), stat())
        #expect(unsafe fstat(shared, &mine) == 0 && fstat(taken.number, &its) == 0)
        #expect(mine.st_ino == its.st_ino)
        let null = unsafe open("/dev/null", O_RDWR)
        guest.send("other", null)
        #expect(try handed(&stage, id) == nil)
        #expect(text(try stage.received(id)) == "other")
        // A byte that wakes comes as it always did.
        guest.send("!")
        #expect(text(try stage.received(id)) == "!")
        Glibc.close(null)
        Glibc.close(shared)
    }

    @Test func `come though many bytes stand before them`() throws {
        var stage = try Stage()
        let guest = Guest(at: stage.directory.file("ring.sock"))
        let shared = memory()
        guest.send(String(repeating: "a", count: 100))
        guest.send("b", shared)
        let id = try stage.opened(.ring)
        var before = 0
        while true {
            switch try stage.next() {
            case .received(id, let bytes): before += bytes.count
            case .handed(id, let descriptor):
                #expect(descriptor != nil)
                let rest = try stage.received(id)
                #expect(before + rest.count == 101)
                Glibc.close(shared)
                return
            default: throw Silence()
            }
        }
    }

    @Test func `are taken of a guest that has left`() throws {
        var stage = try Stage()
        let shared = memory()
        do {
            let guest = Guest(at: stage.directory.file("ring.sock"))
            guest.send("word", shared)
        }
        let id = try stage.opened(.ring)
        #expect(try handed(&stage, id) != nil)
        #expect(text(try stage.received(id)) == "word")
        try stage.expectEnded(id)
        Glibc.close(shared)
    }

    /// Its threads might be about to begin only when their descriptors' numbers are another's.
    @Test func `are not heard by a world that ended as soon as it had begun`() throws {
        for _ in 0..<30 {
            do { _ = try LinuxWorld(Doors()) }
            var stage = try Stage()
            let guest = Guest(at: stage.directory.file("ring.sock"))
            let shared = memory()
            guest.send("word", shared)
            let id = try stage.opened(.ring)
            #expect(try handed(&stage, id) != nil)
            #expect(text(try stage.received(id)) == "word")
            Glibc.close(shared)
        }
    }

    @Test func `end a connection by any other door`() throws {
        var stage = try Stage()
        for door in [Door.ingest, .control] {
            let guest = Guest(
                at: stage.directory.file(door == .ingest ? "ingest.sock" : "control.sock"))
            let id = try stage.opened(door)
            guest.send("before")
            #expect(text(try stage.received(id)) == "before")
            let shared = memory()
            guest.send("{}\n", shared)
            try stage.expectClosed(id)
            Glibc.close(shared)
        }
    }

    @Test func `have names where a service manager kept them`() {
        #expect(DescriptorStore.names("a:b:c") == ["a", "b", "c"])
        #expect(DescriptorStore.names("a::c") == ["a", "", "c"])
        #expect(DescriptorStore.names("stored") == ["stored"])
    }
}
