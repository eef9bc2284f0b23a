internal import Blocks
internal import Events
internal import Store

/// How far the store's rows have been read for the ids of new events.
struct Located {
    var changeCount = -1
    /// Where reading goes on, by table and lane.
    var next: [(epoch: UInt32, sequence: UInt32)] = Array(repeating: (0, 0), count: 6)
}

extension Site {
    /// Notes under which ids the store has events that are new to it.
    ///
    /// Called between a commit and whatever else the process does, while they are still in rows of
    /// their own; and at its start. Many events make a block at once.
    func locateEvents() {
        guard disk.changeCount != located.changeCount else { return }
        located.changeCount = disk.changeCount
        for table in RowTable.allCases {
            for lane in Lane.allCases { locateEvents(in: table, lane) }
        }
    }

    private func locateEvents(in table: RowTable, _ lane: Lane) {
        let index = 3 * Int(table.rawValue) + Int(lane.rawValue)
        let next = located.next[index]
        let rows = observe { (store) throws(StoreError) in
            try store.rows(of: table, lane, fromEpoch: next.epoch, sequence: next.sequence)
        }
        for row in rows ?? [] {
            let epoch = row.key.id.epoch
            located.next[index] = (epoch, row.key.id.first + 1)
            let info = observe { (store) throws(StoreError) in try store.epochInfo(epoch) }
            if let stream = info??.stream { locate(row, of: stream) }
        }
    }

    private func locate(_ row: StoredRow, of stream: StreamID) {
        do throws(BlockError) {
            if row.key.table == .block {
                for event in try BlockReader.read(row.body).events {
                    locate(event.body, event.sequence, row, stream)
                }
                return
            }
            for line in try BlockWriter.unpack(row.body).split(separator: 0x0A) {
                let line = Array(line)
                guard let sequence = Text.integer(after: Array("{\"seq\":".utf8), in: line) else {
                    continue
                }
                locate(line, UInt32(sequence), row, stream)
            }
        } catch {
            // A row that rotted; the agent finds out itself.
        }
    }

    private func locate(
        _ text: [UInt8], _ sequence: UInt32, _ row: StoredRow, _ stream: StreamID
    ) {
        guard let number = Text.number(in: text) else { return }
        ledger.locate(
            number, at: EventID(stream: stream, epoch: row.key.id.epoch, sequence: sequence),
            in: row.key.id.lane ?? .normal)
    }
}
