internal import Store

/// The lines of rows that were just stored and are likely to be sent next.
///
/// To read them back from their columns would cost as much as to store them.
struct FreshLines {
    // Two blocks' worth.
    private static let bytesMost = 512 << 10

    private var lines: [RowKey: [UInt8]] = [:]
    private var byteCount = 0

    /// Keeps a row's lines; where there is no room, those before it are forgotten.
    mutating func keep(_ lines: [UInt8], of key: RowKey) {
        _ = take(key)
        if byteCount + lines.count > Self.bytesMost { forget() }
        guard lines.count <= Self.bytesMost else { return }
        self.lines[key] = lines
        byteCount += lines.count
    }

    /// A row's lines, which are kept no longer; nil where they were not.
    mutating func take(_ key: RowKey) -> [UInt8]? {
        guard let taken = lines.removeValue(forKey: key) else { return nil }
        byteCount -= taken.count
        return taken
    }

    /// Forgets all.
    mutating func forget() { self = FreshLines() }
}
