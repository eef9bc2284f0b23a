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
            if stamp != state.stamp, let keys = try? SealKeyFile(path: path) {
                state.stamp = stamp
                state.openers = [:]
                for opener in keys.openers { state.openers[opener.key.name] = opener }
            }
            return state.openers[name]
        }
    }
}

/// What changes with a file's content, when it is replaced as a whole.
private struct FileStamp: Equatable {
    var inode: UInt64
    var modified: Date

    init?(_ path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let inode = attributes[.systemFileNumber] as? NSNumber,
            let modified = attributes[.modificationDate] as? Date
        else { return nil }
        self.inode = inode.uint64Value
        self.modified = modified
    }
}
