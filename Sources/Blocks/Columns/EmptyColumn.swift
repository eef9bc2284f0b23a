extension Array {
    /// Removes all elements and keeps the memory of a few.
    ///
    /// Columns change their places from block to block: if each kept what the largest block ever
    /// put into it, all would be as large as the largest.
    mutating func empty() {
        removeAll(keepingCapacity: capacity * MemoryLayout<Element>.stride <= 1024)
    }
}
