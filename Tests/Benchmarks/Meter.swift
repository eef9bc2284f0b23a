internal import Glibc
internal import Platform

/// Counts the bytes that reach the disk below a directory.
struct Meter {
    private static let sectorBytes: Int64 = 512

    private let directory: String
    private let path: String
    private let isDevice: Bool
    /// What is counted, for whoever reads the figures.
    let text: String

    /// Counts a whole block device, such as `loop0`, that `directory` has to itself; without one,
    /// what this process had the kernel write.
    init(directory: String, device: String?) {
        self.directory = directory
        isDevice = device != nil
        if let device {
            path = "/sys/block/\(device)/stat"
            text = "sectors written to /dev/\(device), an ext4 of its own in memory"
        } else {
            path = "/proc/self/io"
            text = "write_bytes of /proc/self/io: no loop device may be mounted here"
        }
    }

    /// Bytes written so far, with what the file system still had to journal.
    func writtenBytes() throws -> Int64 {
        let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0, fsync(folder) == 0 else {
            throw BenchError("\(directory) cannot be synced")
        }
        _ = close(folder)
        let words = try Machine.words(of: path)
        if isDevice, words.count > 6, let sectors = Int64(words[6]) {
            return sectors * Self.sectorBytes
        }
        if let index = words.firstIndex(of: "write_bytes:"), index + 1 < words.count,
            let bytes = Int64(words[index + 1])
        {
            return bytes
        }
        throw BenchError("\(path) does not say what was written")
    }
}

/// The machine that the figures hold for.
enum Machine {
    /// Processors that this process may use.
    static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The load averages over 1, 5 and 15 minutes.
    static func load() throws -> [Double] { try words(of: "/proc/loadavg").prefix(3).map(number) }

    /// Memory of this process that no file backs, in bytes.
    static func anonymousBytes() throws -> Int64 {
        let words = try words(of: "/proc/self/status")
        guard let index = words.firstIndex(of: "RssAnon:"), index + 1 < words.count,
            let kibibytes = Int64(words[index + 1])
        else { throw BenchError("/proc/self/status does not say how much memory is taken") }
        return kibibytes << 10
    }

    /// A file of the kernel's, split at white space.
    static func words(of path: String) throws -> [String] {
        let bytes = try FileContents(readingAt: path, limitInBytes: 1 << 16).bytes
        return bytes.split { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(_ word: String) throws -> Double {
        guard let number = Double(word) else { throw BenchError("\(word) is no number") }
        return number
    }
}
