internal import Events

/// The head of a block of version 1.
extension BlockHeader {
    /// Appends the head, whose parts have been checked.
    func append(to bytes: inout [UInt8]) {
        bytes.append(lane.rawValue)
        BlockHeader.append(stream, to: &bytes)
        BlockHeader.append(boot, to: &bytes)
        bytes.append(unsigned: UInt64(epoch))
        bytes.append(counted: Array(device.utf8))
        bytes.append(unsigned: UInt64(previous?.epoch ?? 0))
        if let previous { bytes.append(unsigned: UInt64(previous.end)) }
        bytes.append(unsigned: UInt64(tombstones.count))
        for tombstone in tombstones { append(tombstone, to: &bytes) }
    }

    private static func append(_ identifier: StreamID, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: identifier.high)
        bytes.append(bigEndian: identifier.low)
    }

    private func append(_ tombstone: Tombstone, to bytes: inout [UInt8]) {
        bytes.append(tombstone.stream == stream ? 0 : 1)
        if tombstone.stream != stream { BlockHeader.append(tombstone.stream, to: &bytes) }
        bytes.append(unsigned: UInt64(tombstone.epoch))
        bytes.append(counted: Array(tombstone.reason.utf8))
        bytes.append(unsigned: UInt64(tombstone.sequences.count))
        var next: UInt32 = 0
        for range in tombstone.sequences {
            bytes.append(unsigned: UInt64(range.first - next))
            bytes.append(unsigned: UInt64(range.last - range.first))
            next = range.last + 1
        }
    }

    /// Reads a head that begins at `start`; the answer's second part is where it ends.
    static func read(
        _ block: [UInt8], from start: Int
    ) throws(BlockError) -> (BlockHeader, end: Int) {
        var reader = PartReader(block, from: start, failing: .header(offset: 0))
        do throws(BlockError) {
            let header = try read(&reader)
            return (header, reader.offset)
        } catch {
            throw .header(offset: reader.offset)
        }
    }

    private static func read(_ reader: inout PartReader) throws(BlockError) -> BlockHeader {
        guard let lane = Lane(rawValue: try reader.byte()) else { throw reader.error }
        let stream = try identifier(&reader)
        let boot = try identifier(&reader)
        let epoch = try self.epoch(&reader)
        let device = try word(&reader, Line.isDevice)
        var previous: EpochEnd?
        let before = try reader.count(upTo: Int(epoch) - 1)
        if before > 0 {
            let end = try reader.unsigned()
            guard let end = UInt32(exactly: end) else { throw reader.error }
            previous = EpochEnd(epoch: UInt32(before), end: end)
        }
        // The shortest statement takes five bytes.
        let count = try reader.count(upTo: reader.remaining / 5)
        var tombstones: [Tombstone] = []
        tombstones.reserveCapacity(count)
        for _ in 0..<count { tombstones.append(try tombstone(&reader, stream)) }
        return BlockHeader(
            device: device, stream: stream, lane: lane, epoch: epoch, boot: boot,
            previous: previous, tombstones: tombstones)
    }

    private static func tombstone(
        _ reader: inout PartReader, _ stream: StreamID
    ) throws(BlockError) -> Tombstone {
        let isOther = try reader.byte()
        guard isOther <= 1 else { throw reader.error }
        let stream = isOther == 1 ? try identifier(&reader) : stream
        let epoch = try self.epoch(&reader)
        let reason = try word(&reader, Line.isReason)
        let count = try reader.count(upTo: reader.remaining / 2)
        var ranges: [SequenceRange] = []
        ranges.reserveCapacity(count)
        var next: UInt64 = 0
        for index in 0..<count {
            let first = next + (try sequence(&reader))
            guard index == 0 || first > next else { throw reader.error }
            let last = first + (try sequence(&reader))
            guard last <= UInt64(Limits.sequenceLast) else { throw reader.error }
            ranges.append(SequenceRange(UInt32(first), UInt32(last)))
            next = last + 1
        }
        guard !ranges.isEmpty else { throw reader.error }
        return Tombstone(stream: stream, epoch: epoch, sequences: ranges, reason: reason)
    }

    private static func sequence(_ reader: inout PartReader) throws(BlockError) -> UInt64 {
        let number = try reader.unsigned()
        guard number <= UInt64(Limits.sequenceLast) else { throw reader.error }
        return number
    }

    private static func identifier(_ reader: inout PartReader) throws(BlockError) -> StreamID {
        StreamID(high: try reader.bigEndian(), low: try reader.bigEndian())
    }

    private static func epoch(_ reader: inout PartReader) throws(BlockError) -> UInt32 {
        let epoch = try reader.count(upTo: Int(Limits.epochLast))
        guard epoch >= 1 else { throw reader.error }
        return UInt32(epoch)
    }

    private static func word(
        _ reader: inout PartReader, _ isAllowed: (UInt8) -> Bool
    ) throws(BlockError) -> String {
        let count = try reader.count(upTo: Line.wordBytesMax)
        let bytes = reader.bytes[try reader.range(of: count)]
        guard !bytes.isEmpty, bytes.allSatisfy(isAllowed) else { throw reader.error }
        return String(decoding: bytes, as: UTF8.self)
    }
}
