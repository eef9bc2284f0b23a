internal import CPlatform
internal import Glibc
internal import Ring

/// An agent in the bench's own thread: it takes a client's memory, and reads when it is told to.
///
/// So nobody reads while something is timed, and nobody has to be woken.
@safe final class PlayedAgent {
    private let folder: String
    private let listener: Int32
    private var path: String { folder + "/ring.sock" }

    /// Listens where a client looks for its agent.
    init(folder: String) throws {
        self.folder = folder
        listener = platform_socket_unix()
        let path = folder + "/ring.sock"
        guard listener >= 0, unsafe platform_bind_unix(listener, path) == 0,
            listen(listener, 1) == 0
        else { throw BenchError("nothing can listen at \(path)") }
    }

    deinit {
        _ = platform_close(listener)
        unsafe unlink(path)
    }

    /// Opens a client with one lane of so many bytes, attached to this agent.
    func open(_ library: ClientLibrary, laneBytes: Int) throws -> AttachedClient {
        let client = try library.open(in: folder, laneBytes: laneBytes, isThreaded: false)
        _ = library.poll(client)
        let connection = platform_accept(listener)
        var word = [UInt8](repeating: 0, count: 8)
        var descriptor: Int32 = -1
        let answer = Array("attached\n".utf8)
        guard connection >= 0,
            unsafe platform_receive_descriptor(connection, &word, word.count, &descriptor)
                == word.count,
            descriptor >= 0,
            unsafe platform_send(connection, answer, 0, answer.count) == answer.count
        else { throw BenchError("the client does not hand its memory over") }
        defer { _ = platform_close(descriptor) }
        _ = library.poll(client)
        guard try library.state(of: client).isAttached else {
            throw BenchError("the client is not attached")
        }
        let region = try Region(taking: descriptor)
        region.set(RestBarrier())
        return AttachedClient(
            library: library, handle: client, region: region, connection: connection)
    }
}

/// A client, and the agent's side of its memory.
@safe final class AttachedClient {
    let library: ClientLibrary
    let handle: UInt32
    private let region: Region
    private let connection: Int32

    init(library: ClientLibrary, handle: UInt32, region: Region, connection: Int32) {
        self.library = library
        self.handle = handle
        self.region = region
        self.connection = connection
    }

    deinit {
        _ = library.close(handle)
        _ = platform_close(connection)
    }

    /// Bytes of its lane.
    var capacity: Int { region.geometry.capacity }

    /// Reads so many records, and gives their room back; the last one's payload.
    func receive(_ count: Int) throws -> [UInt8] { try region.receive(count) }
}

extension Region {
    /// Reads so many records of the first lane, and gives their room back; the last one's payload.
    func receive(_ count: Int) throws -> [UInt8] {
        guard var reader = reader(ofLane: 0) else { throw BenchError("a lane is missing") }
        var payload: [UInt8] = []
        var found = 0
        guard try reader.look() != nil else { throw BenchError("nothing was handed over") }
        while try reader.next(into: &payload) != nil { found += 1 }
        reader.release()
        guard found == count else { throw BenchError("\(found) of \(count) were handed over") }
        return payload
    }
}
