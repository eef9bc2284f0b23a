internal import CSQLite
internal import Events
internal import Store

/// A store in a folder of its own, opened when it is needed, that can be spoilt while it is closed.
struct ScratchStore {
    let directory: String
    private var store: EventStore?

    init(_ directory: String) { self.directory = directory }

    /// Does something with the open store; an error is a difference.
    mutating func with(_ probe: Probe, _ body: (EventStore) throws(StoreError) -> Void) {
        do throws(StoreError) {
            let store = try opened()
            try body(store)
        } catch {
            probe.differ(error.operation + ": " + error.detail, "no error")
        }
    }

    /// The code of the error that something ends in; nil for none.
    mutating func code(of body: (EventStore) throws(StoreError) -> Void) -> StoreError.Code? {
        do throws(StoreError) {
            let store = try opened()
            try body(store)
            return nil
        } catch { return error.code }
    }

    /// Commits what `fill` puts into a change for this store.
    mutating func commit(_ probe: Probe, _ fill: (inout Change) -> Void) {
        with(probe) { (store) throws(StoreError) in
            var change = Change(for: store)
            fill(&change)
            try store.commit(change)
        }
    }

    mutating func close() {
        store?.close()
        store = nil
    }

    /// Closes the store and removes it.
    mutating func remove() {
        close()
        Folder.removeStore(directory)
    }

    /// Closes the store and changes its database past it.
    mutating func spoil(_ probe: Probe, _ sql: String) {
        close()
        var database: OpaquePointer?
        var code = unsafe sqlite3_open(directory + "/events.db", &database)
        if code == SQLITE_OK { code = unsafe sqlite3_exec(database, sql, nil, nil, nil) }
        _ = unsafe sqlite3_close_v2(database)
        if code != SQLITE_OK { probe.differ("SQLite's \(code)", "a spoilt database") }
    }

    /// Closes the store and reads one number from its database past it.
    mutating func number(_ sql: String) -> Int64? {
        close()
        var database: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            _ = unsafe sqlite3_finalize(statement)
            _ = unsafe sqlite3_close_v2(database)
        }
        guard unsafe sqlite3_open(directory + "/events.db", &database) == SQLITE_OK,
            unsafe sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK,
            unsafe sqlite3_step(statement) == SQLITE_ROW
        else { return nil }
        return unsafe sqlite3_column_int64(statement, 0)
    }

    private mutating func opened() throws(StoreError) -> EventStore {
        if let store { return store }
        let opened = try EventStore(
            directory: directory, quotaBytes: EventStore.quotaBytesMin,
            boot: StreamID(high: 0xB007, low: 1), freshStream: StreamID(high: 0xF0, low: 1),
            wallMilliseconds: 4_294_967_296_000)
        store = opened
        return opened
    }
}
