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
        /// What was read of it.
        public var fields: EventFields
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
            name: name, fields: fields,
            comparable: fields.comparable(text))
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
