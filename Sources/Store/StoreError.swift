internal import CSQLite

/// Why the store did not do what it was asked to.
public struct StoreError: Error, Hashable, Sendable {
    /// What the caller can do about an error.
    public enum Code: UInt8, Sendable {
        /// No room, and nothing left to evict: say so to the producer, try again later.
        case full
        /// The database is damaged: call ``EventStore/recover(freshStream:wallMilliseconds:)``.
        case corrupt
        /// Another process has the store.
        case busy
        /// The disk failed; the store reopens itself at the next call.
        case unavailable
        /// The database was written by a newer version of this software.
        case newer
        /// The change does not fit what is stored (epoch, sequence, a row): make it anew.
        case stale
    }

    /// What the caller can do.
    public var code: Code
    /// What was being done.
    public var operation: String
    /// SQLite's extended result code, 0 where SQLite had no part.
    public var sqliteCode: Int32
    /// What SQLite or the system says: words for the operator, never a byte of an event.
    public var detail: String

    /// Makes an error of its parts.
    public init(_ code: Code, _ operation: String, sqliteCode: Int32 = 0, detail: String) {
        self.code = code
        self.operation = operation
        self.sqliteCode = sqliteCode
        self.detail = detail
    }

    /// The error that SQLite's result code stands for.
    static func sqlite(_ result: Int32, _ operation: String, detail: String) -> StoreError {
        let code: Code =
            switch result & 0xFF {
            case SQLITE_FULL: .full
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CONSTRAINT: .stale
            default: .unavailable
            }
        return StoreError(code, operation, sqliteCode: result, detail: detail)
    }

    /// The error of a system call that answered `-errno`.
    static func system(_ answer: Int64, _ operation: String) -> StoreError {
        let text = unsafe strerror(Int32(-answer)).map { unsafe String(cString: $0) }
        let isFull = answer == Int64(sqlite_shim_is_full())
        return StoreError(
            isFull ? .full : .unavailable, operation, detail: text ?? "unknown error")
    }
}
