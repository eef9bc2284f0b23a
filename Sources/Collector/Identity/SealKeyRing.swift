internal import Events
internal import Foundation
internal import Identity
internal import Synchronization

/// The key pairs that identities are opened with, as the file of them says at present.
///
/// A change of the file is seen at the next event that is sealed; a file that cannot be read leaves
/// the keys of before.
final class SealKeyRing: Sendable {
    private struct State {
        var stamp: FileStamp?
        var openers: [UInt64: SealOpener] = [:]

        mutating func read(_ path: String) {
            do throws(SealKeyFile.Refusal) {
                let keys = try SealKeyFile(path: path)
                openers = [:]
                for opener in keys.openers { openers[opener.key.name] = opener }
            } catch {
                StandardError.write("footfall-collector: \(error.explanation)")
            }
        }
    }

    private let path: String?
    private let state = Mutex(State())

    /// Opens nothing.
    static let empty = SealKeyRing(path: nil)

    /// Reads the file in a data folder, now and when it changes.
    convenience init(folder: String) { self.init(path: SealKeyFile.path(in: folder)) }

    private init(path: String?) { self.path = path }

    /// The key pair of a name; nil where it is not held, or retired.
    func opener(named name: UInt64) -> SealOpener? {
        guard let path else { return nil }
        return state.withLock { state in
            let stamp = FileStamp(path)
            if stamp != state.stamp {
                state.stamp = stamp
                state.read(path)
            }
            return state.openers[name]
        }
    }
}

/// What changes with a file's content, when it is replaced as a whole, and with its mode.
private struct FileStamp: Equatable {
    var inode: UInt64
    var mode: UInt32
    var changed: Int64
    var changedNanoseconds: Int64

    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        mode = UInt32(status.st_mode)
        changed = Int64(status.st_ctim.tv_sec)
        changedNanoseconds = Int64(status.st_ctim.tv_nsec)
    }
}
