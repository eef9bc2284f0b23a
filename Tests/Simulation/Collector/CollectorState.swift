internal import Blocks
internal import Events

/// What a collector has on its disk; a copy of it is a backup.
struct CollectorState {
    /// One stream's epoch.
    struct Epoch: Hashable {
        var stream: StreamID
        var epoch: UInt32
    }

    /// A message's name and what was said under it.
    struct Message: Hashable {
        var producer: UInt64
        var id: [UInt8]
        var content: [UInt8]
    }

    /// An event that is held.
    struct Held {
        var line: [UInt8]
        /// Whether it stands for an event, and not for a repeat of one that has another id.
        var isEvent: Bool
    }

    /// A statement about numbers that will not come.
    struct Buried {
        var ranges: [SequenceRange]
        var reason: String
    }

    private(set) var held: [EventID: Held] = [:]
    /// The events by the numbers that their producers gave them.
    private(set) var arrivals: [Int: [EventID]] = [:]
    private(set) var conflicts: Set<EventID> = []
    private(set) var tombstones: [Epoch: [Buried]] = [:]
    /// How many events it holds, and statements about others.
    var knownCount: Int { tombstones.values.reduce(held.count) { $0 + $1.count } }
    /// How many numbers an epoch has given, as far as anything seen tells.
    private(set) var given: [Epoch: UInt32] = [:]
    /// The epochs whose own header has said what was before them.
    private var headed: Set<Epoch> = []
    private var messages: Set<Message> = []
    /// What is kept of each device's blocks for those after them, the latest first.
    var dictionaries: [String: [BlockDictionary]] = [:]
    /// A planted fault: whether what is held already is taken as new.
    var forgetsWhatItHolds = false

    /// How one event was taken.
    enum Taking { case new, known, conflict }

    mutating func take(_ header: BlockHeader) {
        let epoch = Epoch(stream: header.stream, epoch: header.epoch)
        given[epoch] = max(given[epoch] ?? 0, 0)
        headed.insert(epoch)
        if let previous = header.previous {
            note(Epoch(stream: header.stream, epoch: previous.epoch), end: previous.end)
        }
        for tombstone in header.tombstones {
            let epoch = Epoch(stream: tombstone.stream, epoch: tombstone.epoch)
            let buried = Buried(ranges: tombstone.sequences, reason: tombstone.reason)
            tombstones[epoch, default: []].append(buried)
            if let last = tombstone.sequences.last?.last { note(epoch, end: last + 1) }
        }
    }

    private mutating func note(_ epoch: Epoch, end: UInt32) {
        given[epoch] = max(given[epoch] ?? 0, end)
    }

    mutating func take(_ event: Event, _ header: BlockHeader) -> Taking {
        let id = EventID(stream: header.stream, epoch: header.epoch, sequence: event.sequence)
        note(Epoch(stream: id.stream, epoch: id.epoch), end: event.sequence + 1)
        let line = BlockWriter.line(of: event)
        if let known = held[id], !forgetsWhatItHolds {
            guard known.line == line else {
                conflicts.insert(id)
                return .conflict
            }
            return .known
        }
        var isEvent = true
        if let message = Text.messageID(in: event.body) {
            // Two sendings of one message may be told to be of two visits.
            var content = event.body
            _ = EventEnvelope.remove(from: &content)
            isEvent =
                messages.insert(
                    Message(producer: event.producer, id: message, content: content)
                ).inserted
        }
        held[id] = Held(line: line, isEvent: isEvent)
        if isEvent, let number = Text.number(in: event.body) {
            arrivals[number, default: []].append(id)
        }
        return isEvent ? .new : .known
    }

    /// The reasons that tombstones give for an event, each once.
    func reasons(for id: EventID) -> [String] {
        var reasons: [String] = []
        for buried in tombstones[Epoch(stream: id.stream, epoch: id.epoch)] ?? []
        where !reasons.contains(buried.reason) {
            let isIn = buried.ranges.contains { $0.first <= id.sequence && id.sequence <= $0.last }
            if isIn { reasons.append(buried.reason) }
        }
        return reasons
    }

    /// Whether the collector knows that a number was given that it neither holds nor was told of.
    func misses(_ id: EventID) -> Bool {
        guard held[id] == nil, reasons(for: id).isEmpty else { return false }
        let epoch = Epoch(stream: id.stream, epoch: id.epoch)
        return id.sequence < given[epoch] ?? 0 || isBeforeBreak(epoch)
    }

    /// Whether the epoch behind is one of whose blocks the collector has none: then nothing tells
    /// where this one ended.
    private func isBeforeBreak(_ lost: Epoch) -> Bool {
        let next = given.keys.filter { $0.stream == lost.stream && $0.epoch > lost.epoch }
            .min { $0.epoch < $1.epoch }
        return next.map { !headed.contains($0) } ?? false
    }
}

/// The few members of an event's text that the simulation has put there itself.
enum Text {
    /// The number that a producer gave an event.
    static func number(in text: [UInt8]) -> Int? {
        integer(after: Array("\"n\":".utf8), in: text)
    }

    static func integer(after name: [UInt8], in text: [UInt8]) -> Int? {
        guard let start = end(of: name, in: text) else { return nil }
        var value: Int?
        for byte in text[start...] {
            guard byte >= 0x30, byte <= 0x39 else { break }
            value = (value ?? 0) * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// The message id that a producer gave an event; nil where it gave none.
    static func messageID(in text: [UInt8]) -> [UInt8]? {
        guard let start = end(of: Array("\"messageId\":\"".utf8), in: text) else { return nil }
        return Array(text[start...].prefix { $0 != 0x22 })
    }

    /// The first place behind `part`.
    static func end(of part: [UInt8], in text: [UInt8]) -> Int? {
        guard text.count >= part.count, let first = part.first else {
            return part.isEmpty ? 0 : nil
        }
        var start = 0
        while start <= text.count - part.count {
            if text[start] == first,
                text[start..<start + part.count].elementsEqual(part)
            {
                return start + part.count
            }
            start += 1
        }
        return nil
    }
}
