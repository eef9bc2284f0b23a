internal import CSQLite

/// A value in a row.
enum Value {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// A prepared statement, used again and again.
@safe final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String
    private let pool: StatementPool?

    /// Owns a statement, which rests in the pool in the end or is finalized.
    init(
        owning handle: OpaquePointer, of connection: OpaquePointer, _ sql: String,
        _ pool: StatementPool?
    ) {
        unsafe self.handle = handle
        unsafe self.connection = connection
        self.sql = sql
        self.pool = pool
    }

    deinit {
        if let pool {
            unsafe pool.put(handle, sql)
        } else {
            _ = unsafe sqlite3_finalize(handle)
        }
    }

    /// Begins anew with these values for its parameters.
    func bind(_ values: Value...) throws(StoreError) {
        try bind(values)
    }

    /// Begins anew with these values for its parameters.
    func bind(_ values: [Value]) throws(StoreError) {
        reset()
        for (index, value) in values.enumerated() {
            guard bind(value, at: Int32(index + 1)) == SQLITE_OK else {
                throw unsafe Connection.error(of: connection, sql)
            }
        }
    }

    /// Runs to the end with these values and is ready again.
    func run(_ values: Value...) throws(StoreError) {
        try bind(values)
        defer { reset() }
        while try step() {}
    }

    /// Goes to the next row; false at the end.
    func step() throws(StoreError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            // Resetting may change the connection's message, so the error is taken first.
            let error = unsafe Connection.error(of: connection, sql)
            reset()
            throw error
        }
    }

    /// Lets go of the row, its read lock and the parameters.
    func reset() {
        _ = unsafe sqlite3_reset(handle)
        _ = unsafe sqlite3_clear_bindings(handle)
    }

    /// A column of the row as an integer; 0 for NULL.
    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    /// A column that counts one row's events or bytes; anything that no row has is damage.
    ///
    /// So the sums over rows stay within 64 bits, whatever stands in the file.
    func count(_ column: Int32) throws(StoreError) -> Int64 {
        let count = integer(column)
        guard 0...Int64(UInt32.max) ~= count else {
            throw StoreError(.corrupt, "read a row", detail: "its count is none")
        }
        return count
    }

    /// A column of the row as bytes; none for NULL.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A column of the row as text; empty for NULL.
    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// All columns of the row as they are.
    func values() -> [Value] {
        var values: [Value] = []
        let count = unsafe sqlite3_column_count(handle)
        for column in 0..<count { values.append(value(column)) }
        return values
    }

    /// A column of the row as it is.
    func value(_ column: Int32) -> Value {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_TEXT: .text(text(column))
        default: .blob(bytes(column))
        }
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .null: unsafe sqlite3_bind_null(handle, index)
        case .integer(let integer): unsafe sqlite3_bind_int64(handle, index, integer)
        case .text(let text):
            unsafe Array(text.utf8).withUnsafeBytes { bytes in
                unsafe sqlite_shim_bind_text(
                    handle, index, bytes.baseAddress, Int32(bytes.count))
            }
        case .blob(let blob):
            unsafe blob.withUnsafeBytes { bytes in
                unsafe sqlite_shim_bind_blob(
                    handle, index, bytes.baseAddress, Int32(bytes.count))
            }
        }
    }
}
