internal import Events

/// Events from the columns, one after the other.
extension EventAssembler {
    /// All events, their texts checked.
    mutating func assemble() throws(BlockError) -> [Event] {
        var events: [Event] = []
        events.reserveCapacity(envelopes.count)
        for index in envelopes.indices {
            out.removeAll(keepingCapacity: true)
            let envelope = envelopes[index]
            let shape = Int(shapeColumns[0].next())
            try take(tuplesOf: shape)
            try appendRecord(ofClass: 0, shape, envelope)
            byteCount += out.count
            try check(index)
            guard let call = BlockCall.parts(shapes.classes[0].shapes[shape].call) else {
                throw .shape
            }
            // The event's own bytes: what `out` has room for may be far more.
            var body: [UInt8] = []
            body.reserveCapacity(out.count)
            body += out
            events.append(
                Event(
                    sequence: envelope.sequence, kind: call.kind, lane: lane, stage: call.stage,
                    time: EventTime(
                        monotonic: Instant(milliseconds: envelope.mono),
                        wallMilliseconds: envelope.wall, quality: call.quality),
                    producer: envelope.producer, body: body))
        }
        guard byteCount == bytesMax else { throw .length }
        return events
    }

    /// What the writer asks of an event's text.
    private func check(_ index: Int) throws(BlockError) {
        guard out.count >= 2, out.first == Line.openingBrace, out.last == Line.closingBrace,
            !ByteRun.hasLineFeed(out)
        else { throw .event(line: index + 1, offset: 0) }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: out.span)
        } catch {
            throw .text
        }
    }

    /// Finds the event's tuples, or begins them.
    private mutating func take(tuplesOf shape: Int) throws(BlockError) {
        let groups = shapes.classes[0].shapes[shape].groups
        for group in 0..<ColumnLimits.groups where groups & 1 << group != 0 {
            let number = Int(tuples[group].column.next())
            if number == tuples[group].made.count {
                taken[group] = Taken(isNew: true, next: tuples[group].ends.count)
                tuples[group].made.append((shape, tuples[group].ends.count))
            } else {
                let made = tuples[group].made[number]
                guard areAlike(made.shape, shape, in: group) else { throw .shape }
                taken[group] = Taken(isNew: false, next: made.first)
            }
        }
    }

    /// Whether two shapes have the same fields of a group.
    private func areAlike(_ one: Int, _ other: Int, in group: Int) -> Bool {
        if one == other { return true }
        let events = shapes.classes[0]
        func isMember(_ part: ReadShape.Part) -> Bool {
            part.field >= 0 && Int(events.fields[part.field].group) == group + 1
        }
        var left = events.shapes[one].parts.lazy.filter(isMember).makeIterator()
        var right = events.shapes[other].parts.lazy.filter(isMember).makeIterator()
        while true {
            let (first, second) = (left.next(), right.next())
            if first?.field != second?.field { return false }
            if first == nil { return true }
        }
    }

    private mutating func appendRecord(
        ofClass index: Int, _ shape: Int, _ envelope: Envelope
    ) throws(BlockError) {
        let groups = shapes.classes[index].shapes[shape].groups
        for place in shapes.classes[index].shapes[shape].parts.indices {
            let part = shapes.classes[index].shapes[shape].parts[place]
            if part.field < 0 {
                ByteRun.append(shapes.runs, part.run, to: &out)
            } else {
                let group = Int(shapes.classes[index].fields[part.field].group)
                if group > 0, groups & 1 << UInt8(group - 1) != 0 {
                    try appendMember(part.field, of: group - 1, envelope)
                } else {
                    try appendValue(part.field, ofClass: index, envelope)
                }
            }
            guard out.count <= Limits.enclosedEventBytes, out.count <= bytesMax - byteCount else {
                throw .limit
            }
        }
    }

    /// Appends a value of a tuple, or the value that makes it one.
    private mutating func appendMember(
        _ field: Int, of group: Int, _ envelope: Envelope
    ) throws(BlockError) {
        let next = taken[group].next
        taken[group].next += 1
        guard taken[group].isNew else {
            let start = next > 0 ? tuples[group].ends[next - 1] : 0
            ByteRun.append(tuples[group].texts, start..<tuples[group].ends[next], to: &out)
            return
        }
        let start = out.count
        try appendValue(field, ofClass: 0, envelope)
        ByteRun.append(out, start..<out.count, to: &tuples[group].texts)
        tuples[group].ends.append(tuples[group].texts.count)
    }

    private mutating func appendValue(
        _ field: Int, ofClass index: Int, _ envelope: Envelope
    ) throws(BlockError) {
        let value = columns[index][field].next()
        switch shapes.classes[index].fields[field].type {
        case .string:
            out.append(Line.quote)
            try appendString(Int(value), field, ofClass: index, envelope)
            out.append(Line.quote)
        case .raw:
            ByteRun.append(
                sections.text, columns[index][field].strings[Int(value)], to: &out)
        case .number: appendNumber(value, mode: columns[index][field].mode, envelope)
        case .time:
            let moment = columns[index][field].mode == 0 ? value : value &+ envelope.wall
            out.append(Line.quote)
            guard TimeText.append(moment, to: &out) else { throw .column }
            out.append(Line.quote)
        case .boolean:
            out += value == 0 ? [0x66, 0x61, 0x6C, 0x73, 0x65] : [0x74, 0x72, 0x75, 0x65]
        case .array:
            let elements = shapes.classes[index].fields[field].elements
            out.append(UInt8(ascii: "["))
            for number in 0..<Int(value) {
                if number > 0 { out.append(UInt8(ascii: ",")) }
                let shape = Int(shapeColumns[elements].next())
                try appendRecord(ofClass: elements, shape, envelope)
            }
            out.append(UInt8(ascii: "]"))
        case .object, .null, .constant: break
        }
    }

    private mutating func appendString(
        _ number: Int, _ field: Int, ofClass index: Int, _ envelope: Envelope
    ) throws(BlockError) {
        if columns[index][field].isUnmade(number) {
            try columns[index][field].makeTimedUUID(number, wall: envelope.wall, &sections)
        }
        if columns[index][field].mode == StringForm.hash.rawValue {
            ByteRun.append(sections.text, columns[index][field].prefix, to: &out)
        }
        ByteRun.append(sections.text, columns[index][field].strings[number], to: &out)
    }

    private mutating func appendNumber(_ value: Int64, mode: UInt8, _ envelope: Envelope) {
        guard let style = NumberStyle(rawValue: mode >> 2 & 3), style != .own else {
            let packed = UInt64(bitPattern: value)
            NumberText.append(
                ZigZag.decode(packed >> 4), scale: Int(packed & 15), .own, to: &out)
            return
        }
        let isDistance = mode & 3 == NumberCoding.sequence.rawValue
        NumberText.append(
            isDistance ? value &+ Int64(envelope.sequence) : value, scale: Int(mode >> 4), style,
            to: &out)
    }
}
