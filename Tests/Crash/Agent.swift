internal import Ring

/// Reads the next record of a lane: all reading goes through here.
func nextRecord(
    of reader: inout LaneReader, into payload: inout [UInt8]
) throws(LaneFault) -> Record? {
    if let record = try reader.next(into: &payload) { return record }
    guard try reader.look() != nil else { return nil }
    return try reader.next(into: &payload)
}

/// How far a reader has come in what it has to be given.
struct Delivery {
    private(set) var count = 0

    /// Whether a record is the one whose turn it is, byte for byte.
    ///
    /// - Parameter isUnderWay: whether the write that has not returned may be there already.
    mutating func take(
        _ record: Taken, _ payload: [UInt8], from ledger: Ledger, isUnderWay: Bool
    ) -> Bool {
        let entry: Ledger.Entry
        if count < ledger.entries.count {
            entry = ledger.entries[count]
        } else if isUnderWay, count == ledger.entries.count, let coming = ledger.coming {
            entry = coming
        } else {
            return false
        }
        guard record.position == entry.place.start, record.kind == entry.write.kind,
            record.flags == entry.flags, record.count == payload.count,
            payload.elementsEqual(ledger.script.bytes[entry.write.payload])
        else { return false }
        count += 1
        return true
    }
}

/// The agent's side of the lane that is really written.
struct Agent: ~Copyable {
    private var reader: LaneReader
    private var payload: [UInt8] = []
    /// What has been read, and what of it has been given back.
    private(set) var delivery = Delivery()
    private(set) var released = Delivery()
    private(set) var releasedPosition: UInt64 = 0

    init(_ lane: Lane) {
        reader = lane.reader(from: 0)
    }

    var drops: DropCounts { DropCounts(reader.drops) }

    /// Reads so many records at most; what is wrong with them, if something is.
    mutating func read(atMost most: Int, from ledger: Ledger, isUnderWay: Bool) -> String? {
        for _ in 0..<most {
            do throws(LaneFault) {
                guard let record = try nextRecord(of: &reader, into: &payload) else {
                    return nil
                }
                let number = delivery.count
                guard
                    delivery.take(
                        Taken(record), payload, from: ledger, isUnderWay: isUnderWay)
                else {
                    return "the agent's record \(number) is \(record)"
                }
            } catch {
                return "the agent finds the lane broken: \(error)"
            }
        }
        return nil
    }

    mutating func release() {
        reader.release()
        releasedPosition = reader.position
        released = delivery
    }
}
