internal import CFootfall
internal import CPlatform
internal import Ring

/// How a client is opened, checked.
@safe struct Settings {
    let geometry: RegionGeometry
    let isThreaded: Bool
    let path: SocketPath

    private static let lanesDefault: UInt32 = 8
    private static let laneBytesDefault: UInt32 = 262_144

    /// nil for what no client may have; `options` may be missing.
    init?(_ options: UnsafePointer<footfall_options>?) {
        var given = unsafe footfall_options()
        if let options = unsafe options {
            guard unsafe options.pointee.size == MemoryLayout<footfall_options>.size else {
                return nil
            }
            unsafe given = options.pointee
        }
        let flags = unsafe given.flags
        let noThread = UInt32(truncatingIfNeeded: FOOTFALL_NO_THREAD)
        let lanes = unsafe given.lanes == 0 ? Self.lanesDefault : given.lanes
        let laneBytes = unsafe given.lane_bytes == 0 ? Self.laneBytesDefault : given.lane_bytes
        guard flags & ~noThread == 0, 1...63 ~= lanes,
            let geometry = RegionGeometry(
                lanes: Int(truncatingIfNeeded: lanes &+ 1),
                capacity: Int(truncatingIfNeeded: laneBytes)),
            let path = unsafe SocketPath(folder: given.runtime_directory)
        else { return nil }
        self.geometry = geometry
        isThreaded = flags & noThread == 0
        self.path = path
    }
}

/// Where the agent listens for regions.
struct SocketPath {
    private var bytes = InlineArray<128, CChar>(repeating: 0)
    private static let folderBytesMost = 90

    /// nil for a folder whose name is too long or empty.
    init?(folder: UnsafePointer<CChar>?) {
        let name: StaticString = "/ring.sock"
        let standard: StaticString = "/run/footfall"
        var count = 0
        if let folder = unsafe folder {
            let length = unsafe strlen(folder)
            guard length > 0, length <= Self.folderBytesMost else { return nil }
            while count < length {
                bytes[count] = unsafe folder[count]
                count &+= 1
            }
        } else {
            append(standard, &count)
        }
        append(name, &count)
    }

    private mutating func append(_ text: StaticString, _ count: inout Int) {
        let start = unsafe text.utf8Start
        var index = 0
        while index < text.utf8CodeUnitCount {
            bytes[count] = unsafe CChar(truncatingIfNeeded: start[index])
            count &+= 1
            index &+= 1
        }
    }

    /// Calls `body` with the path, ended by a zero.
    func withPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let span = bytes.span
        return unsafe span.withUnsafeBufferPointer { (buffer) in
            unsafe body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
