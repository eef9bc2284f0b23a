internal import CPlatform

/// Directories that the agent keeps its files and sockets in.
public enum Directory {
    /// Makes a directory whose parent exists, with these permissions whatever the umask.
    ///
    /// A directory that is there already is left as it is: its owner chose its permissions. Returns
    /// whether it was made.
    @discardableResult
    public static func create(at path: String, permissions: UInt32) throws(PlatformError) -> Bool {
        if unsafe mkdir(path, mode_t(permissions)) == 0 {
            guard unsafe chmod(path, mode_t(permissions)) == 0 else {
                throw PlatformError.last("set the permissions of " + path)
            }
            return true
        }
        let error = PlatformError.last("make directory " + path)
        guard error.errno == EEXIST, isDirectory(path) else { throw error }
        return false
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return platform_file_kind(status.st_mode) == CChar(UInt8(ascii: "d"))
    }
}
