internal import CFootfall
internal import Glibc

/// The client library itself, as a program finds it: the shared one, loaded, its functions called
/// by address.
@safe struct ClientLibrary {
    typealias Poll = @convention(c) (UInt32) -> Int32
    typealias Track =
        @convention(c) (UInt32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt32) -> Int32
    typealias TrackBytes =
        @convention(c) (
            UInt32, UnsafePointer<CChar>?, Int, UnsafePointer<CChar>?, Int, UInt32
        ) -> Int32
    typealias Begin =
        @convention(c) (
            UInt32, UnsafeMutablePointer<footfall_event>?, UnsafePointer<CChar>?, Int, UInt32
        ) -> Int32
    typealias AddString =
        @convention(c) (
            UnsafeMutablePointer<footfall_event>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?
        ) -> Int32
    typealias AddInteger =
        @convention(c) (
            UnsafeMutablePointer<footfall_event>?, UnsafePointer<CChar>?, Int64
        ) -> Int32
    typealias AddNumber =
        @convention(c) (
            UnsafeMutablePointer<footfall_event>?, UnsafePointer<CChar>?, Double
        ) -> Int32
    typealias AddBoolean =
        @convention(c) (
            UnsafeMutablePointer<footfall_event>?, UnsafePointer<CChar>?, Int32
        ) -> Int32
    typealias Commit = @convention(c) (UnsafeMutablePointer<footfall_event>?) -> Int32
    typealias Flush = @convention(c) (UInt32, UInt32) -> Int32
    private typealias Open =
        @convention(c) (UnsafePointer<footfall_options>?, UnsafeMutablePointer<UInt32>?) -> Int32
    private typealias Stats =
        @convention(c) (UInt32, UnsafeMutablePointer<footfall_stats>?) -> Int32

    let poll: Poll
    let close: Poll
    let track: Track
    let trackBytes: TrackBytes
    let begin: Begin
    let addString: AddString
    let addInteger: AddInteger
    let addNumber: AddNumber
    let addBoolean: AddBoolean
    let commit: Commit
    let flush: Flush
    private let opening: Open
    private let stats: Stats

    /// Loads it, for good.
    init(_ path: String?) throws {
        guard let path, let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw BenchError("\(path ?? "the client library") cannot be loaded: `make library`")
        }
        func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
            guard let found = unsafe dlsym(library, name) else {
                throw BenchError("\(path) has no \(name)")
            }
            return unsafe unsafeBitCast(found, to: type)
        }
        poll = try function("footfall_poll", Poll.self)
        close = try function("footfall_close", Poll.self)
        unsafe track = try function("footfall_track", Track.self)
        unsafe trackBytes = try function("footfall_track_bytes", TrackBytes.self)
        unsafe begin = try function("footfall_begin", Begin.self)
        unsafe addString = try function("footfall_add_string", AddString.self)
        unsafe addInteger = try function("footfall_add_integer", AddInteger.self)
        unsafe addNumber = try function("footfall_add_number", AddNumber.self)
        unsafe addBoolean = try function("footfall_add_boolean", AddBoolean.self)
        unsafe commit = try function("footfall_commit", Commit.self)
        flush = try function("footfall_flush", Flush.self)
        unsafe opening = try function("footfall_open", Open.self)
        unsafe stats = try function("footfall_get_stats", Stats.self)
    }

    /// Opens a client of the agent in a folder, with one lane of so many bytes; 0 has the default.
    func open(in folder: String, laneBytes: Int, isThreaded: Bool) throws -> UInt32 {
        var client: UInt32 = 0
        let status = unsafe folder.withCString { (folder) in
            var options = unsafe footfall_options()
            unsafe options.size = UInt32(MemoryLayout<footfall_options>.size)
            unsafe options.flags = isThreaded ? 0 : UInt32(FOOTFALL_NO_THREAD)
            unsafe options.runtime_directory = folder
            unsafe options.lanes = 1
            unsafe options.lane_bytes = UInt32(laneBytes)
            return unsafe opening(&options, &client)
        }
        guard status == 0 else { throw BenchError("footfall_open answers \(status)") }
        return client
    }

    /// Whether the agent has the client's memory, and how many events were dropped.
    func state(of client: UInt32) throws -> (isAttached: Bool, dropped: UInt64) {
        var found = footfall_stats()
        found.size = UInt32(MemoryLayout<footfall_stats>.size)
        let status = unsafe stats(client, &found)
        guard status == 0 else { throw BenchError("footfall_get_stats answers \(status)") }
        return (found.is_attached == 1, found.dropped)
    }
}
