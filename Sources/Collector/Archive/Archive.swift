internal import Events
internal import Foundation
internal import GRDB

/// The collector's database: what it has acknowledged stays, through kill and power cut.
///
/// One process writes (`serve`); any number read beside it.
public struct Archive: Sendable {
    let database: DatabaseQueue

    /// Why an archive cannot be opened.
    public enum Failure: Error {
        /// The folder cannot be made or used; the text says why.
        case folder(String)
        /// There is no archive in the folder.
        case absent(String)
        /// The file is another program's or another version's.
        case foreign(String)
    }

    static let fileName = "collector.db"

    /// Opens the archive in a folder for writing, making folder (0700) and file (0600) if need be.
    public static func open(folder: String) throws -> Archive {
        try makeFolder(folder)
        let path = folder + "/" + fileName
        // SQLite gives the -wal and -shm files the mode of the database's file.
        if !FileManager.default.fileExists(atPath: path) {
            let made = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard made else { throw Failure.folder("\(path): cannot be created") }
        }
        var configuration = Configuration()
        configuration.label = "archive"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // FULL syncs the log at every commit: a receipt makes the device delete its copy.
            try database.execute(
                sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            guard mode == "wal", synchronous == 2 else {
                throw Failure.folder("\(path): the database refuses WAL with full sync")
            }
        }
        // psow=0: without it a torn sector at a power cut can undo the commit before the last.
        let database = try DatabaseQueue(
            path: address(of: path) + "?psow=0", configuration: configuration)
        try database.write { database in try prepare(database, path: path) }
        return Archive(database: database)
    }

    /// Opens the archive in a folder for reading only, beside a process that may be writing.
    public static func openForReading(folder: String) throws -> Archive {
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure.absent("\(path): no such file; has `serve` run with this --data?")
        }
        var configuration = Configuration()
        configuration.label = "archive.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.read { database in try check(database, path: path) }
        return Archive(database: database)
    }

    /// Closes the file; the archive takes nothing more.
    public func close() throws { try database.close() }

    /// Makes a folder (0700) where there is none.
    static func makeFolder(_ folder: String) throws {
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw Failure.folder("\(folder): not a folder") }
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure.folder("\(folder): cannot be created: \(error.localizedDescription)")
        }
    }

    /// The path as SQLite's URI, all that is not plain escaped.
    private static func address(of path: String) -> String {
        var address = "file:"
        for byte in path.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                address.unicodeScalars.append(Unicode.Scalar(byte))
            default: address += "%" + Hexadecimal.text([byte])
            }
        }
        return address
    }

    private static func prepare(_ database: Database, path: String) throws {
        let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
        if isEmpty {
            try database.execute(sql: Schema.statements)
            try database.execute(sql: "PRAGMA application_id = \(Schema.application)")
            try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
        }
        try check(database, path: path)
        let version = try database.archiveVersion()
        guard version < Schema.version else { return }
        if version < 2 { try database.execute(sql: Schema.sinceFirstVersion) }
        if version < 3 { try database.execute(sql: Schema.sinceSecondVersion) }
        if version < 4 { try database.execute(sql: Schema.sinceThirdVersion) }
        try database.execute(sql: Schema.sinceFourthVersion)
        try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
    }

    private static func check(_ database: Database, path: String) throws {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        let version = try database.archiveVersion()
        guard application == Schema.application else {
            throw Failure.foreign("\(path): not an archive of footfall-collector")
        }
        guard 1...Schema.version ~= version else {
            throw Failure.foreign(
                "\(path): layout \(version), this program knows \(Schema.version)")
        }
    }
}

extension Database {
    /// The layout of the file; a reader may meet one of an earlier version.
    func archiveVersion() throws -> Int32 {
        try Int32.fetchOne(self, sql: "PRAGMA user_version") ?? 0
    }
}
