/// The four parts that a block's events are kept in.
struct Sections {
    /// Strings, keys and constants.
    var text: [UInt8] = []
    /// Shapes, and codes.
    var indexes: [UInt8] = []
    var numbers: [UInt8] = []
    /// What deflate cannot shorten.
    var stored: [UInt8] = []

    mutating func clear() {
        text.empty()
        indexes.empty()
        numbers.empty()
        stored.empty()
    }

    /// All of them, before deflate.
    var byteCount: Int { text.count + indexes.count + numbers.count + stored.count }
}
