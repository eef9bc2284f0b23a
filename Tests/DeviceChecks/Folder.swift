internal import CPlatform
internal import Platform

/// A folder of the run's own, for what needs a disk.
final class Folder {
    let path: String
    private var names: [String] = []
    private var storeNames: [String] = []

    /// What a store keeps in its directory.
    private static let storeFiles = [
        "events.db", "events.db-wal", "events.db.damaged", "events.db.damaged-wal", "ballast",
        "lock", "stream", "stream.new",
    ]

    /// Makes it below `TMPDIR`, else `/tmp`.
    init() throws(PlatformError) {
        let parent = ThisProcess.environment("TMPDIR") ?? "/tmp"
        path = parent + "/device-checks-" + ThisProcess.processID.description
        try Directory.create(at: path, permissions: 0o700)
    }

    /// The path of a file to be made in it.
    func file(_ name: String) -> String {
        names.append(name)
        return path + "/" + name
    }

    /// The path of a directory to be made in it for a store.
    func store(_ name: String) -> String {
        storeNames.append(name)
        return path + "/" + name
    }

    /// Removes it with all that was made in it.
    func remove() {
        for name in storeNames { Self.removeStore(path + "/" + name) }
        for name in names where unsafe unlink(path + "/" + name) != 0 {
            _ = unsafe rmdir(path + "/" + name)
        }
        _ = unsafe rmdir(path)
    }

    /// Removes a store's directory with all that a store keeps in it.
    static func removeStore(_ directory: String) {
        for file in storeFiles { _ = unsafe unlink(directory + "/" + file) }
        _ = unsafe rmdir(directory)
    }
}
