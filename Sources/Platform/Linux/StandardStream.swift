internal import CPlatform

/// Standard output and standard error, written whole and at once.
public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of `bytes`; blocks while the reader is slow.
    ///
    /// Throws `EPIPE` when nobody reads any more.
    public func write(_ bytes: [UInt8]) throws(PlatformError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe platform_write(rawValue, bytes, written, bytes.count - written)
            if count > 0 {
                written += count
                continue
            }
            let error = PlatformError.last("write to " + name)
            if error.errno == EAGAIN { try waitUntilWritable() }
            if error.errno != EINTR && error.errno != EAGAIN { throw error }
        }
    }

    /// Writes one line of a log, and its end, in one piece; a failure has nowhere to be told.
    public func write(line bytes: [UInt8]) {
        var line = bytes
        line.append(10)
        do throws(PlatformError) { try write(line) } catch {}
    }

    private var name: String { self == .output ? "standard output" : "standard error" }

    private func waitUntilWritable() throws(PlatformError) {
        var entry = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        if unsafe poll(&entry, 1, -1) < 0 {
            let error = PlatformError.last("wait for " + name)
            if error.errno != EINTR { throw error }
        }
    }
}
