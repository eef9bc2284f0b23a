internal import CPlatform

/// Texts of up to 15 bytes, which a 64-bit processor keeps within a reference's tag.
///
/// On ARM the compiler may go on with what retaining returned; whether it does, no source decides.
enum ShortTexts {
    static func run(_ list: Checklist) {
        #if _pointerBitWidth(_64)
            list.check("retaining a short text's reference returns its tag and bytes") { probe in
                for count: UInt64 in 0...15 {
                    // Not counted, ASCII, so many bytes long; the seven bytes of its second half.
                    let reference = (0xE0 | count) << 56 | 0x0031_3233_3435_3637
                    // Planted, a byte longer or shorter: without its highest bit it is an address.
                    let carried = probe.carrier.isPlanted ? reference ^ 1 << 56 : reference
                    probe.equal(UInt64(platform_retained(UInt(carried))), reference)
                }
            }
        #endif
    }
}
