/// Values that stand for nobody, and so would be everybody's key.
enum BlockedValues {
    /// Whether a value, trimmed and in lower case, stands for nobody: one of the lists, or nothing
    /// but zeros and dashes.
    static func has(_ value: Span<UInt8>) -> Bool {
        var isZero = true
        for index in value.indices {
            let byte = value[index]
            if byte != 0x30 && byte != 0x2D && byte != 0x20 { isZero = false }
        }
        return isZero || value.isLine(of: list)
    }

    // What programs write for nothing, addresses that people make up, and the hashes of nothing by
    // SHA-256, SHA-1 and MD5.
    private static let list: StaticString = """
        -1
        null
        (null)
        undefined
        none
        n/a
        anonymous
        unknown
        (not set)
        [object object]
        test@test.com
        test@example.com
        example@example.com
        none@none.com
        no@no.com
        noemail@noemail.com
        a@a.com
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        da39a3ee5e6b4b0d3255bfef95601890afd80709
        d41d8cd98f00b204e9800998ecf8427e
        """
}
