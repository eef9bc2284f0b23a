internal import CFootfall
internal import CPlatform
internal import Ring

/// How a client is opened, checked.
@safe struct Settings {
    let geometry: RegionGeometry
    let isThreaded: Bool
    let path: BoundedText<128>

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
            let path = unsafe SocketPath.path(folder: given.runtime_directory)
        else { return nil }
        self.geometry = geometry
        isThreaded = flags & noThread == 0
        self.path = path
    }
}

/// Where the agent listens for regions.
enum SocketPath {
    private static let folderBytesMost = 90
    private static var standard: ConstantText { "/run/footfall" }
    private static var name: ConstantText { "/ring.sock" }

    /// The socket's path in a folder, or in the one that the environment names, or in the usual
    /// one; nil for a folder whose name is too long or empty.
    static func path(folder: UnsafePointer<CChar>?) -> BoundedText<128>? {
        let folder = unsafe folder ?? platform_runtime_directory() ?? standard.start
        let bytes = unsafe strlen(folder)
        guard bytes > 0, bytes <= folderBytesMost else { return nil }
        var path = BoundedText<128>()
        unsafe path.append(folder, bytes)
        unsafe path.append(name.start, name.count)
        return path
    }
}
