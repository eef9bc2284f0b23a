internal import Blocks
internal import Events
internal import Store

/// How far the store's rows have been read for the ids of new events.
struct Located {
    var changeCount = -1
    /// Where reading goes on, by lane.
    var next: [(epoch: UInt32, sequence: UInt32)] = [(0, 0), (0, 0), (0, 0)]
}

extension Site {
    /// Notes under which ids the store has events that are new to it.
    ///
    /// Called between a commit and whatever else the process does, while they are still in rows of
    /// their own; and at its start.
    func locateEvents() {
        guard disk.changeCount != located.changeCount else { return }
        located.changeCount = disk.changeCount
        for lane in Lane.allCases {
            let index = Int(lane.rawValue)
            let next = located.next[index]
            let rows = observe { (store) throws(StoreError) in
                try store.rows(
                    of: .tail, lane, fromEpoch: next.epoch, sequence: next.sequence)
            }
            for row in rows ?? [] {
                let epoch = row.key.id.epoch
                located.next[index] = (epoch, row.key.id.first + 1)
                let info = observe { (store) throws(StoreError) in try store.epochInfo(epoch) }
                if let stream = info??.stream { locate(row, of: stream) }
            }
        }
    }

    private func locate(_ row: StoredRow, of stream: StreamID) {
        for line in row.body.split(separator: 0x0A) {
            let line = Array(line)
            guard let sequence = Text.integer(after: Array("{\"seq\":".utf8), in: line),
                let number = Text.number(in: line)
            else { continue }
            ledger.locate(
                number,
                at: EventID(stream: stream, epoch: row.key.id.epoch, sequence: UInt32(sequence)),
                in: row.key.id.lane ?? .normal)
        }
    }
}
