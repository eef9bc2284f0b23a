internal import Blocks
internal import Events
internal import Identity

/// An event without its envelope, who it was put in the places of the markers.
struct OpenedEvent {
    /// Canonical text; under a key that is not held, the markers stay.
    private(set) var body: [UInt8]
    /// The same with all markers: what two sendings of one message agree in.
    let marked: [UInt8]
    /// Nil of an agent that puts none.
    let envelope: EventEnvelope?
    /// Whether something is sealed that could not be opened.
    private(set) var isUnopened = false

    /// Whether names stand in the places of markers.
    var isRestored: Bool { body != marked }

    /// Takes an event apart; its text has passed `JSONCheck`.
    init(_ event: Event, _ header: BlockHeader, _ keys: SealKeyRing) {
        var text = event.body
        envelope = EventEnvelope.remove(from: &text)
        marked = text
        body = text
        guard let envelope, !envelope.sealed.isEmpty else { return }
        guard let claims = Self.open(envelope, of: event, header, keys) else {
            isUnopened = true
            return
        }
        body = IdentityGuard.restore(body, claims.claims.map { Self.name($0, claims) })
    }

    private static func open(
        _ envelope: EventEnvelope, of event: Event, _ header: BlockHeader, _ keys: SealKeyRing
    ) -> SealedClaims? {
        var id = SealedID(
            device: header.device, stream: header.stream, epoch: header.epoch,
            sequence: event.sequence)
        if !envelope.origin.isEmpty {
            guard let origin = Self.origin(envelope.origin, of: header) else { return nil }
            id = origin
        }
        guard let name = SealOpener.keyName(of: envelope.sealed),
            let plain = keys.opener(named: name)?.open(envelope.sealed, for: id)
        else { return nil }
        return SealedClaims(plain)
    }

    /// Reads `<stream>-<epoch>-<sequence>`, the id that the event had in an earlier stream.
    private static func origin(_ text: [UInt8], of header: BlockHeader) -> SealedID? {
        let parts = text.split(separator: UInt8(ascii: "-"))
        guard parts.count == 3,
            let stream = StreamID(
                hexadecimal: String(decoding: parts[0], as: UTF8.self)),
            stream != header.stream,
            let epoch = UInt32(String(decoding: parts[1], as: UTF8.self)),
            let sequence = UInt32(String(decoding: parts[2], as: UTF8.self))
        else { return nil }
        return SealedID(device: header.device, stream: stream, epoch: epoch, sequence: sequence)
    }

    /// What stands for a value in reports: `email:k1:n2:` and the graph key in base64url; empty
    /// where it has none.
    private static func name(_ claim: SealedClaims.Claim, _ claims: SealedClaims) -> [UInt8] {
        guard let graph = claim.keys.first(where: { $0.rule == KeyRule.graph.rawValue }) else {
            return []
        }
        let versions = ":k\(claims.keyVersion):n\(claims.normaliserVersion):"
        return Array("\(claim.type.word)\(versions)".utf8) + Base64.urlText(graph.digest)
    }
}
