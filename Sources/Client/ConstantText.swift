/// A literal, as bytes in the program's own memory, ended by a zero.
///
/// What a `StaticString` checks at each use, whether it is a single scalar, is known where the
/// literal stands; each is made there, so that nothing is left of the check.
@safe struct ConstantText: ExpressibleByStringLiteral {
    let start: UnsafePointer<CChar>
    let count: Int

    @inline(__always)
    init(stringLiteral text: StaticString) {
        unsafe start = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
        count = text.utf8CodeUnitCount
    }
}
