public import Events

/// Decides what an event is: its call, stage and lane, or why it is quarantined.
public struct Admission: Sendable {
    /// What was decided of one event.
    public struct Decision: Sendable {
        /// The call.
        public var kind: Kind
        /// The funnel stage.
        public var stage: Stage?
        /// How soon it is committed and sent.
        public var lane: Lane
        /// Whether the producer's word for the stage was unknown and the name rule applied.
        public var isStageUnknown: Bool
        /// `messageId`, escapes undone; nil where the producer gave no string, or an empty one.
        public var messageID: [UInt8]?
        /// What it is called: `event` of a track call, else `name`.
        public var name: String
        /// When its producer says that it happened; nil where it says no time.
        public var statedMilliseconds: Int64?
        /// Where its text has what the producer calls the shopper: `anonymousId`, else
        /// `context.sessionId`.
        public var visitor: Range<Int>?
        /// Whose doing its `context.actor` says it is.
        public var contextActor: Actor?
        /// The same of `properties.actor`.
        public var propertiesActor: Actor?
        /// What two sendings of the event have in common: its text without retry marks.
        public var comparable: [UInt8]
    }

    private let stages: StageRule

    /// Applies the design's rules and the configuration's additions to them.
    public init(stages: StageRule) { self.stages = stages }

    /// Judges one event by its canonical text, of which `JSONCheck` has passed the original.
    ///
    /// - Throws: the fault that sends it to the quarantine.
    public func decide(_ text: [UInt8], kind hint: Kind?) throws(Fault) -> Decision {
        guard let fields = EventFields(text) else { throw .notObject }
        let kind = try kind(fields, text, hint)
        if kind == .track {
            guard let event = fields.event, event.isString, !event.token.range.isEmpty else {
                throw .noEventName
            }
        }
        let name = (kind == .track ? fields.event : fields.name)?.string(in: text) ?? ""
        // What is no string is no id: two events that say `null` are not each other's repeats.
        let messageID = fields.messageID.flatMap { $0.isString ? $0.bytes(in: text) : nil }
        let (stage, isUnknown) = stages.decide(fields, text, kind: kind, name: name)
        return Decision(
            kind: kind, stage: stage, lane: LaneRule.lane(kind: kind, name: name),
            isStageUnknown: isUnknown, messageID: messageID?.isEmpty == false ? messageID : nil,
            name: name, statedMilliseconds: Self.stated(fields, text),
            visitor: Self.visitor(fields), contextActor: Self.actor(fields.contextActor, text),
            propertiesActor: Self.actor(fields.propertiesActor, text),
            comparable: fields.comparable(text))
    }

    private static func stated(_ fields: EventFields, _ text: [UInt8]) -> Int64? {
        for scalar in [fields.timestamp, fields.originalTimestamp] {
            guard let scalar, scalar.isString else { continue }
            if let stated = RFC3339.milliseconds(text, in: scalar.token.range) { return stated }
        }
        return nil
    }

    private static func visitor(_ fields: EventFields) -> Range<Int>? {
        for scalar in [fields.anonymousID, fields.sessionID] {
            guard let scalar, scalar.isString || scalar.isNumber else { continue }
            if !scalar.token.range.isEmpty { return scalar.token.range }
        }
        return nil
    }

    private static func actor(_ scalar: JSONScalar?, _ text: [UInt8]) -> Actor? {
        scalar.flatMap { Actor(word: $0.string(in: text)) }
    }

    // The text's own word counts before the path's; an event without either is a track call if it
    // names an event, which is what a shell script would write.
    private func kind(
        _ fields: EventFields, _ text: [UInt8], _ hint: Kind?
    ) throws(Fault) -> Kind {
        guard let type = fields.type else {
            if let hint { return hint }
            guard fields.event != nil else { throw .unknownType }
            return .track
        }
        guard type.isString, let kind = Kind(word: type.string(in: text)) else {
            throw .unknownType
        }
        return kind
    }
}
