internal import CSQLite
internal import Store

extension FileSystem {
    /// The simulated disk as the store sees it beside SQLite.
    static func simulated(_ disk: SimulatedDisk) -> FileSystem {
        func answer(_ body: () throws(SimulatedDisk.Failure) -> Void) -> Int64 {
            do throws(SimulatedDisk.Failure) {
                try body()
                return 0
            } catch {
                return error.answer
            }
        }
        return FileSystem(
            makeDirectory: { _ in 0 },
            // Nobody else is on the device, and a process number would differ between runs.
            lock: { path, _ in
                (answer { () throws(SimulatedDisk.Failure) in try disk.touch(path) }, "")
            },
            unlock: { _ in }, restrict: { _, _ in 0 },
            touch: { path in
                answer { () throws(SimulatedDisk.Failure) in try disk.touch(path) }
            },
            contents: { path in disk.file(path).map { Array($0.bytes.prefix(64)) } },
            read: { path, offset, byteCount in disk.bytes(path, Int(offset), byteCount) },
            write: { path, bytes in
                answer { () throws(SimulatedDisk.Failure) in
                    let file = try disk.open(path, isMade: true)
                    try disk.truncate(file, to: 0)
                    try disk.write(bytes, at: 0, to: file)
                    try disk.sync(file)
                }
            },
            copy: { path, newPath in
                answer { () throws(SimulatedDisk.Failure) in
                    let source = try disk.open(path, isMade: false)
                    try disk.read(source, at: 0)
                    let file = try disk.open(newPath, isMade: true)
                    try disk.truncate(file, to: 0)
                    try disk.write(source.bytes, at: 0, to: file)
                    try disk.sync(file)
                }
            },
            rename: { path, newPath in
                answer { () throws(SimulatedDisk.Failure) in try disk.rename(path, newPath) }
            },
            remove: { path in
                answer { () throws(SimulatedDisk.Failure) in try disk.remove(path) }
            },
            byteCount: { path in disk.file(path).map { Int64($0.bytes.count) } ?? -Int64(ENOENT) },
            allocate: { path, byteCount in
                answer { () throws(SimulatedDisk.Failure) in
                    try disk.allocate(path, Int(byteCount))
                }
            },
            space: { _ in
                FileSpace(
                    freeBytes: Int64(max(0, disk.faults.capacityBytes - disk.usedBytes)),
                    totalBytes: Int64(SimulatedDisk.Faults().capacityBytes))
            },
            syncDirectory: { _ in
                answer { () throws(SimulatedDisk.Failure) in try disk.syncDirectory() }
            })
    }
}

extension SimulatedDisk {
    fileprivate func touch(_ path: String) throws(Failure) {
        // A file system that is read-only refuses to open for writing even what is there.
        guard !faults.isReadOnly || isObserved else { throw .readOnly }
        _ = try open(path, isMade: true)
    }

    fileprivate func bytes(_ path: String, _ offset: Int, _ byteCount: Int) -> [UInt8]? {
        guard let file = file(path) else { return nil }
        do throws(Failure) {
            try read(file, at: offset)
        } catch {
            return nil
        }
        return Array(file.bytes.dropFirst(offset).prefix(byteCount))
    }

    fileprivate func allocate(_ path: String, _ byteCount: Int) throws(Failure) {
        try touch(path)
        guard let file = file(path) else { throw .missing }
        let zeros = [UInt8](repeating: 0, count: max(0, byteCount - file.bytes.count))
        try write(zeros, at: file.bytes.count, to: file)
    }
}

extension SimulatedDisk.Failure {
    /// As the kernel answers it.
    fileprivate var answer: Int64 {
        switch self {
        case .dead, .broken: -Int64(EIO)
        case .full: -Int64(ENOSPC)
        case .readOnly: -Int64(EROFS)
        case .missing: -Int64(ENOENT)
        }
    }
}
