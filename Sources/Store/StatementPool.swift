internal import CSQLite

/// Prepared statements at rest, by their text: most are wanted again within the second.
///
/// What rests is reset and holds neither locks nor parameters.
@safe final class StatementPool {
    // More than the upload and a commit use in turns; each takes some 2 KB.
    private static let most = 24

    private var resting: [String: OpaquePointer] = unsafe [:]
    private var isClosed = false

    /// A statement of this text, no longer at rest; nil if none is.
    func take(_ sql: String) -> OpaquePointer? { unsafe resting.removeValue(forKey: sql) }

    /// Has a statement rest, or finalizes it where there is no place.
    func put(_ statement: OpaquePointer, _ sql: String) {
        guard !isClosed, unsafe resting[sql] == nil else {
            _ = unsafe sqlite3_finalize(statement)
            return
        }
        // Another may be wanted less: what is wanted often is hardly ever here.
        if unsafe resting.count == Self.most, let (_, other) = unsafe resting.popFirst() {
            _ = unsafe sqlite3_finalize(other)
        }
        _ = unsafe sqlite3_reset(statement)
        _ = unsafe sqlite3_clear_bindings(statement)
        unsafe resting[sql] = statement
    }

    /// Finalizes all; from now on nothing rests.
    func close() {
        isClosed = true
        while let (_, statement) = unsafe resting.popFirst() {
            _ = unsafe sqlite3_finalize(statement)
        }
    }
}
