internal import SeededText

/// A directory of files on a disk that can lose power, fill up, fail, lie and rot.
///
/// One seed is one story: nothing here walks a set or a dictionary in its own order.
final class SimulatedDisk {
    /// What is wrong with the disk at the moment.
    struct Faults {
        /// Whether a sync answers well and does nothing; never part of a fault model that holds.
        var liesAboutSync = false
        /// Whether the file system has been mounted read-only, as the kernel does after an error.
        var isReadOnly = false
        /// One read, write or sync in so many fails; 0 for none.
        var readErrorOneIn = 0
        var writeErrorOneIn = 0
        var syncErrorOneIn = 0
        /// Whether calls may fail by themselves.
        var isFailing: Bool {
            isReadOnly || readErrorOneIn + writeErrorOneIn + syncErrorOneIn > 0
        }
        /// Bytes that all files together may have.
        var capacityBytes = 256 << 20
    }

    enum Failure: Error { case dead, full, readOnly, broken, missing }

    private enum Entry {
        case link(String, SimulatedFile)
        case rename(String, String)
        case unlink(String)
    }

    /// Told of each call that changes or fails, for whoever looks for the cause of a violation.
    var trace: ((String) -> Void)?
    var faults = Faults()
    var tear = Tear()
    /// Of the process that uses the disk now.
    var life = Life()
    /// Whether calls are a checker's: they spend no life and no fault meets them.
    var isObserved = false
    /// Counts changes, so that a checker knows when there is nothing new to see.
    private(set) var changeCount = 0
    private(set) var syncCount = 0
    var chance: Seeded
    private(set) var entries: [String: SimulatedFile] = [:]
    private var durableEntries: [String: SimulatedFile] = [:]
    // What happened to the directory since it was last synced.
    private var journal: [Entry] = []

    init(chance: Seeded) { self.chance = chance }

    /// Bytes that the files have together.
    var usedBytes: Int { names.reduce(0) { $0 + (entries[$1]?.bytes.count ?? 0) } }

    /// The files' names in alphabetical order.
    var names: [String] { entries.keys.sorted() }

    func file(_ name: String) -> SimulatedFile? { entries[name] }

    /// Makes a file, or finds it.
    func open(_ name: String, isMade: Bool) throws(Failure) -> SimulatedFile {
        try spend()
        if let file = entries[name] { return file }
        guard isMade else { throw .missing }
        guard !faults.isReadOnly || isObserved else { throw .readOnly }
        let file = SimulatedFile()
        enter(.link(name, file))
        return file
    }

    func read(_ file: SimulatedFile, at offset: Int) throws(Failure) {
        try spend()
        if !isObserved, fails(faults.readErrorOneIn) {
            tell("read fails", file, offset)
            throw .broken
        }
    }

    private func tell(_ what: String, _ file: SimulatedFile, _ offset: Int = 0) {
        guard let trace else { return }
        let name = names.first { entries[$0] === file } ?? "a file without a name"
        trace("\(what) \(name) \(offset)\(isObserved ? " unseen" : "")")
    }

    /// The write that a process ends in may have been made.
    func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, to file: SimulatedFile
    ) throws(Failure) {
        let isLast = !life.isOver
        do throws(Failure) {
            try spend()
        } catch {
            if isLast, chance.oneIn(2) { unsafe file.write(bytes, at: offset) }
            throw error
        }
        guard !faults.isReadOnly || isObserved else { throw .readOnly }
        let growth = offset + bytes.count - file.bytes.count
        if growth > 0, usedBytes + growth > faults.capacityBytes { throw .full }
        if !isObserved, fails(faults.writeErrorOneIn) {
            tell("write fails", file, offset)
            throw .broken
        }
        tell("write", file, offset)
        changeCount += 1
        unsafe file.write(bytes, at: offset)
    }

    func write(_ bytes: [UInt8], at offset: Int, to file: SimulatedFile) throws(Failure) {
        let result = unsafe bytes.withUnsafeBytes { bytes -> Result<Void, Failure> in
            do throws(Failure) {
                return .success(try unsafe write(bytes, at: offset, to: file))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    func truncate(_ file: SimulatedFile, to count: Int) throws(Failure) {
        try spend()
        guard !faults.isReadOnly || isObserved else { throw .readOnly }
        changeCount += 1
        file.truncate(to: count)
    }

    func sync(_ file: SimulatedFile) throws(Failure) {
        try spend()
        syncCount += 1
        if !isObserved, fails(faults.syncErrorOneIn) {
            let fates = file.failSync(&chance)
            tell("sync fails, sectors \(fates.joined(separator: ", ")):", file)
            throw .broken
        }
        tell("sync", file)
        if !faults.liesAboutSync { file.sync() }
    }

    func rename(_ name: String, _ newName: String) throws(Failure) {
        try spend()
        guard entries[name] != nil else { throw .missing }
        guard !faults.isReadOnly else { throw .readOnly }
        enter(.rename(name, newName))
    }

    func remove(_ name: String) throws(Failure) {
        try spend()
        guard entries[name] != nil else { throw .missing }
        guard !faults.isReadOnly || isObserved else { throw .readOnly }
        enter(.unlink(name))
    }

    func syncDirectory() throws(Failure) {
        try spend()
        if !isObserved, fails(faults.syncErrorOneIn) { throw .broken }
        if !faults.liesAboutSync { makeEntriesDurable() }
    }

    func makeEntriesDurable() {
        durableEntries = entries
        journal = []
    }

    /// The power goes; what comes back is what the platter happened to keep.
    ///
    /// The directory's journal is replayed in order up to some point, as on a journaling file
    /// system; the files lose what they did not sync.
    func losePower() {
        for entry in journal.prefix(chance.below(journal.count + 1)) {
            Self.apply(entry, to: &durableEntries)
        }
        entries = durableEntries
        journal = []
        for name in names { entries[name]?.losePower(tear, &chance) }
        changeCount += 1
    }

    /// Puts files back as they were copied earlier; those that were not there then go.
    func replace(_ names: [String], with copies: [String: SimulatedFile]) {
        for name in names { entries[name] = copies[name]?.copy() }
        for name in entries.keys.sorted() { entries[name]?.sync() }
        makeEntriesDurable()
        changeCount += 1
    }

    /// A sector of a file becomes noise, or zeros.
    func rot(_ file: SimulatedFile) {
        let start = chance.below(file.bytes.count) & ~(SimulatedFile.sectorBytes - 1)
        let isNoise = chance.oneIn(2)
        damage(file) { bytes in
            for offset in start..<min(bytes.count, start + SimulatedFile.sectorBytes) {
                bytes[offset] = isNoise ? UInt8(truncatingIfNeeded: chance.next()) : 0
            }
        }
    }

    func damage(_ file: SimulatedFile, _ change: (inout [UInt8]) -> Void) {
        tell("damage to", file)
        file.damage(change)
        changeCount += 1
    }

    /// Copies of files as they are now.
    func copies(of names: [String]) -> [String: SimulatedFile] {
        var copies: [String: SimulatedFile] = [:]
        for name in names { copies[name] = entries[name]?.copy() }
        return copies
    }

    private func enter(_ entry: Entry) {
        trace?("\(entry)")
        Self.apply(entry, to: &entries)
        journal.append(entry)
        changeCount += 1
    }

    private static func apply(_ entry: Entry, to entries: inout [String: SimulatedFile]) {
        switch entry {
        case .link(let name, let file): entries[name] = file
        case .rename(let name, let newName): entries[newName] = entries.removeValue(forKey: name)
        case .unlink(let name): entries[name] = nil
        }
    }

    private func spend() throws(Failure) {
        if isObserved { return }
        guard life.spend() else { throw .dead }
    }

    private func fails(_ oneIn: Int) -> Bool { oneIn > 0 && chance.oneIn(oneIn) }
}
