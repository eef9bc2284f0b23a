internal import CPlatform

/// The process that runs this code: what it was started with, who it is, and its own bounds.
public enum ThisProcess {
    /// The words of the command line after the program's name.
    ///
    /// Bytes that are not UTF-8 become U+FFFD. The corresponding file is `/proc/self/cmdline`.
    public static func arguments() throws(PlatformError) -> [String] {
        let line = try FileContents(readingAt: "/proc/self/cmdline", limitInBytes: 4 << 20).bytes
        var words: [String] = []
        var start = 0
        for index in line.indices where line[index] == 0 {
            words.append(String(decoding: line[start..<index], as: UTF8.self))
            start = index + 1
        }
        return Array(words.dropFirst())
    }

    /// The value of an environment variable; nil where it is not set.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe platform_environment(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The effective user.
    public static var userID: UInt32 { geteuid() }

    /// The process's number.
    public static var processID: Int32 { getpid() }

    /// Ends the process at once, running no destructors, neither ours nor those of libraries.
    ///
    /// exit(3) would have OpenSSL free what the wire's thread may be using at that moment.
    public static func exit(_ code: Int32) -> Never { _exit(code) }

    /// Forbids core dumps and debuggers, for memory holds what no file may.
    public static func forbidCoreDumps() throws(PlatformError) {
        guard platform_forbid_core_dumps() == 0 else {
            throw PlatformError.last("forbid core dumps")
        }
    }

    /// Keeps the heap small: one arena, and a mapping of its own for each block of 128 KiB or more.
    ///
    /// Called before the second thread is started.
    public static func boundHeap() { _ = platform_bound_heap() }

    /// Gives the heap's free pages back to the kernel; for after a burst.
    public static func releaseFreeMemory() { _ = malloc_trim(0) }
}
