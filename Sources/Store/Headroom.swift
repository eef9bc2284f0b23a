/// What is left of a file system to others.
///
/// Who shares the disk with the store, the system log first of all, fails in worse ways than a
/// queue that stops to grow.
enum Headroom {
    /// The last twentieth of a file system: at least twice the ballast, so that this is there when
    /// it is needed, and of a large disk no more than anybody would miss.
    static func bytes(ofTotal total: Int64) -> Int64 {
        min(max(total / 20, 2 * StateFiles.ballastBytes), 64 << 20)
    }

    /// Pages that a database may always have: as much again as the ballast, so that a device begins
    /// to work on a disk that is all but full.
    static let pagesAlways: Int64 = 256

    /// Pages that are kept free for what changes beside rows, and for a row: a database that could
    /// grow by fewer evicts already.
    static let pagesOfNoAccount: Int64 = 64

    /// What the largest commit may write.
    static let pagesOfLargestCommit = Schema.logBytesMax / Schema.pageBytes

    /// With fewer free inodes than this no file is made that the store can do without.
    static let inodesMin: Int64 = 16
}

extension StateFiles {
    /// Pages that the database may add to those that its file has, for what others need.
    var pagesToGrow: Int64 {
        guard let space = system.space(directory) else { return .max }
        let free = space.freeBytes - Headroom.bytes(ofTotal: space.totalBytes)
        return max(0, free / Schema.pageBytes)
    }

    /// Whether there are inodes for a file that the store can do without.
    var hasInodesToSpare: Bool {
        guard let space = system.space(directory), space.inodes > 0 else { return true }
        return space.freeInodes >= Headroom.inodesMin
    }

    /// How much of the file system is free, in percent; nil where it won't say.
    var freePercent: Int64? {
        guard let space = system.space(directory), space.totalBytes > 0 else { return nil }
        return max(0, space.freeBytes) / max(1, space.totalBytes / 100)
    }
}

extension EventStore {
    /// The free part of the file system in percent, while the database may not grow for want of it;
    /// nil where it may.
    public func freePercentWithoutGrowth() throws(StoreError) -> Int64? {
        let pages = try guarded { (database) throws(StoreError) in try database.allPages() }
        guard pages < pagesMax, pagesAllowed(pages) - pages < Headroom.pagesOfNoAccount
        else { return nil }
        return files.freePercent
    }

    /// Whether the largest commit fits without an eviction; false while the store cannot say.
    public var hasRoom: Bool {
        do throws(StoreError) {
            return try guarded { (database) throws(StoreError) in
                try database.usedPages() + Headroom.pagesOfLargestCommit
                    <= pagesAllowed(try database.allPages())
            }
        } catch {
            return false
        }
    }

    /// The pages that a database of so many may have: within the quota, and with others' headroom
    /// left to them.
    func pagesAllowed(_ pages: Int64) -> Int64 {
        // Those that the log has and the file has not are to be made room for yet.
        let added = max(0, files.pagesToGrow - max(0, pages - copiedPages))
        let (grown, isOver) = pages.addingReportingOverflow(added)
        return min(pagesMax, max(Headroom.pagesAlways, isOver ? .max : grown))
    }
}
