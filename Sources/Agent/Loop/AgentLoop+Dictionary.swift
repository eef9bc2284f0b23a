internal import Blocks
internal import Events
internal import Identity
internal import Platform
internal import Store

/// What this device's blocks have said, agreed upon with the collector: small blocks are shorter
/// with it.
extension AgentLoop {
    private static let textName = "dictionary"
    private static let dictionaryMilliseconds: Int64 = 24 * 3600 * 1000

    /// The dictionary of an earlier run; what is damaged is no loss, and is left alone.
    func loadDictionary() throws(StoreError) {
        guard let text = try store.text(Self.textName), let bytes = Base64.bytes(Array(text.utf8))
        else { return }
        courier.dictionary = BlockDictionary(bytes, digest: Digest.sha256)
    }

    /// Takes over the dictionary that a delivered block leaves, if that is what the collector
    /// keeps.
    func keepDictionary(of flight: BlockInFlight, named name: String, _ now: Instant) {
        let parcel = flight.parcel
        guard parcel.isOffered, !name.isEmpty else { return }
        do throws(BlockError) {
            guard
                let dictionary = try BlockDictionary.left(
                    by: parcel.block, parcel.dictionary, digest: Digest.sha256),
                Hexadecimal.text(dictionary.name, digitCount: 16) == name
            else { return }
            courier.dictionary = dictionary
            courier.dictionaryDue = now.advanced(byMilliseconds: Self.dictionaryMilliseconds)
            remember(String(decoding: Base64.urlText(dictionary.bytes), as: UTF8.self))
        } catch {
            Log.line("a block of ours cannot be read back: \(error.word)")
        }
    }

    /// The collector would not have a block with it: the same events are sent without.
    func forgetDictionary() {
        courier.dictionary = nil
        remember("")
    }

    private func remember(_ text: String) {
        pending.settlement.texts.removeAll { $0.name == Self.textName }
        pending.settlement.texts.append(KeptText(Self.textName, text))
    }
}

extension Courier {
    /// Whether the collector may keep the dictionary that the block of these rows leaves.
    ///
    /// Blocks of other sizes begin otherwise: they leave little that small ones would say again.
    func offersDictionary(of shipment: Shipment, _ now: Instant) -> Bool {
        let eventCount = shipment.rows.reduce(Int64(0)) { $0 + $1.eventCount }
        guard !shipment.isSealed, 20...250 ~= eventCount else { return false }
        return dictionary?.isFull != true || dictionaryDue <= now
    }
}
