/// Every bound that more than one station must agree on, each with its reason.
public enum Limits {
    /// The canonical text of one event: PostHog's SDKs send up to 900 KiB, Segment's 32 KiB.
    public static let eventBytes = 1 << 20
    /// The same with the agent's envelope: 64 identities and their keys, sealed, are 17 KiB.
    public static let enclosedEventBytes = eventBytes + 32 << 10
    /// One request's body after inflation: rudder-sdk-python sends up to 4 MB.
    public static let requestBytes = 4 << 20
    /// Events in one request.
    public static let requestEvents = 10_000
    /// Nested arrays and objects in one event; deeper is a mistake or an attack.
    public static let eventLevels = 64
    /// Events in one block: beyond it a lost block hurts more than a larger one saves.
    public static let blockEvents = 1000
    /// Events' text in one block; one event of the largest size still fits a request.
    public static let blockBytes = 1 << 20
    /// A device's name, a file name on both sides.
    public static let deviceNameBytes = 64
    /// Message ids that the device remembers to tell a repeat from a new event.
    public static let rememberedMessages = 100_000
    /// The largest sequence number; the next event begins a new epoch.
    public static let sequenceLast = UInt32.max - 1
    /// The largest epoch: 28 bits of a row's id.
    public static let epochLast = UInt32(1) << 28 - 1
}
