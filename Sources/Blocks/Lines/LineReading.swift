internal import Events

/// The two kinds of lines, read.
extension Scanner {
    /// Reads the header's line.
    mutating func header() throws(Mismatch) -> BlockHeader {
        try expect("{\"device\":\"")
        let device = try word(Line.isDevice)
        try expect(",\"stream\":\"")
        let stream = try identifier()
        try expect(",\"lane\":\"")
        let lane = try choice { Lane(word: $0) }
        try expect(",\"epoch\":")
        let epoch = try self.epoch(upTo: Limits.epochLast)
        try expect(",\"boot\":\"")
        let boot = try identifier()
        var previous: EpochEnd?
        if skip(",\"previous\":{\"epoch\":") {
            let before = try self.epoch(upTo: epoch - 1)
            try expect(",\"end\":")
            previous = EpochEnd(epoch: before, end: try number(upTo: .max))
            try expect("}")
        }
        try expect(",\"tombstones\":[")
        let tombstones = try self.tombstones()
        try expect("}\n")
        return BlockHeader(
            device: device, stream: stream, lane: lane, epoch: epoch, boot: boot,
            previous: previous, tombstones: tombstones)
    }

    /// Reads an event's line; its lane is the header's.
    mutating func event(in lane: Lane) throws(Mismatch) -> Event {
        try expect("{\"seq\":")
        let sequence = try number(upTo: Limits.sequenceLast)
        try expect(",\"kind\":\"")
        let kind = try choice { Kind(word: $0) }
        try expect(",\"stage\":")
        let stage: Stage? = skip("null") ? nil : try quotedStage()
        try expect(",\"mono\":")
        let monotonic = Instant(milliseconds: try integer())
        try expect(",\"wall\":")
        let wallMilliseconds = try integer()
        try expect(",\"quality\":\"")
        let quality = try choice { (word: String) -> TimeQuality? in
            switch word {
            case "synchronised": .synchronised
            case "unsynchronised": .unsynchronised
            case "implausible": .implausible
            default: nil
            }
        }
        try expect(",\"producer\":\"")
        let producer = try hexadecimalWord()
        try expect("\",\"event\":")
        return Event(
            sequence: sequence, kind: kind, lane: lane, stage: stage,
            time: EventTime(
                monotonic: monotonic, wallMilliseconds: wallMilliseconds, quality: quality),
            producer: producer, body: try restOfLine())
    }

    private mutating func quotedStage() throws(Mismatch) -> Stage {
        try expect("\"")
        return try choice { Stage(word: $0) }
    }

    private mutating func epoch(upTo largest: UInt32) throws(Mismatch) -> UInt32 {
        let start = offset
        let epoch = try number(upTo: largest)
        guard epoch >= 1 else { throw Mismatch(offset: start) }
        return epoch
    }

    private mutating func tombstones() throws(Mismatch) -> [Tombstone] {
        var tombstones: [Tombstone] = []
        while !skip("]") {
            if !tombstones.isEmpty { try expect(",") }
            try expect("{\"stream\":\"")
            let stream = try identifier()
            try expect(",\"epoch\":")
            let epoch = try self.epoch(upTo: Limits.epochLast)
            try expect(",\"reason\":\"")
            let reason = try word(Line.isReason)
            try expect(",\"ids\":[")
            let sequences = try ranges()
            try expect("}")
            tombstones.append(
                Tombstone(stream: stream, epoch: epoch, sequences: sequences, reason: reason))
        }
        return tombstones
    }

    private mutating func ranges() throws(Mismatch) -> [SequenceRange] {
        let start = offset
        var ranges: [SequenceRange] = []
        while !skip("]") {
            if !ranges.isEmpty { try expect(",") }
            try expect("[")
            let first = try number(upTo: Limits.sequenceLast)
            try expect(",")
            ranges.append(SequenceRange(first, try number(upTo: Limits.sequenceLast)))
            try expect("]")
        }
        guard Line.areApart(ranges) else { throw Mismatch(offset: start) }
        return ranges
    }
}
