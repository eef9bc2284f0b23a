import CLane
import Foundation

@testable import Ring

/// A lane in memory of its own, whose end no byte may be touched behind.
///
/// Behind the lane and before its header lies a page that ends the test run when it is touched.
@safe final class LaneMemory {
    let capacity: Int
    let lane: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    init(capacity: Int) {
        self.capacity = capacity
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let inner = (LaneLayout.stride(capacity: capacity) + page - 1) / page * page
        mappedBytes = inner + 2 * page
        guard
            let start = unsafe mmap(
                nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe start != MAP_FAILED,
            unsafe mprotect(start, page, PROT_NONE) == 0,
            unsafe mprotect(start + page + inner, page, PROT_NONE) == 0
        else { fatalError("no memory for a lane") }
        unsafe mapping = start
        unsafe lane = start + page + inner - LaneLayout.stride(capacity: capacity)
    }

    deinit { unsafe munmap(mapping, mappedBytes) }

    /// An empty lane that has come to a position already.
    func begin(at position: UInt64) {
        unsafe memset(lane, 0, LaneLayout.stride(capacity: capacity))
        for offset in [LaneLayout.tailOffset, LaneLayout.headOffset, LaneLayout.durableOffset] {
            set(offset, position)
        }
    }

    func set(_ offset: Int, _ value: UInt64) {
        unsafe lane.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    func word(_ offset: Int) -> UInt64 {
        unsafe lane.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// All of it: the header and the data.
    var contents: Data {
        unsafe Data(bytes: lane, count: LaneLayout.headerBytes + capacity)
    }

    var data: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: lane + LaneLayout.headerBytes, count: capacity)
    }

    func writer() -> Writer { unsafe Writer(LaneWriter(lane: lane, capacity: capacity)) }

    func reader(from position: UInt64?) -> Reader {
        unsafe Reader(LaneReader(lane: lane, capacity: capacity, from: position))
    }

    /// Gives room back by the C reading of the page.
    func releaseInC(_ position: UInt64) { unsafe c_lane_release(lane, position) }

    /// Writes by the C reading of the page.
    func writeInC(
        _ payload: [UInt8], kind: UInt16, flags: RecordFlags, at time: UInt64
    ) -> HandOver {
        let code = unsafe c_lane_write(
            lane, UInt64(capacity), payload, UInt32(payload.count), kind, flags.rawValue, time)
        return [HandOver.written, .full, .refused][Int(code)]
    }

    /// Reads by the C reading of the page; nil where it finds the rules broken.
    func readInC(from position: inout UInt64) -> [ReadRecord]? {
        var records: [ReadRecord] = []
        var record = unsafe c_lane_record()
        while true {
            switch unsafe c_lane_read(lane, UInt64(capacity), &position, &record) {
            case 1:
                let payload = unsafe Array(
                    UnsafeBufferPointer(start: record.payload, count: Int(record.count)))
                unsafe records.append(
                    ReadRecord(
                        position: record.position, kind: record.kind,
                        flags: RecordFlags(rawValue: record.flags), payload: payload))
            case 0: return records
            default: return nil
            }
        }
    }
}

/// A record and its payload.
struct ReadRecord: Equatable {
    var position: UInt64
    var kind: UInt16
    var flags: RecordFlags
    var payload: [UInt8]
}

extension ReadRecord {
    init(_ record: Record, _ payload: [UInt8]) {
        self.init(
            position: record.position, kind: record.kind, flags: record.flags, payload: payload)
    }
}

/// A lane's writer as an object, which the macros of the tests can hold.
@safe final class Writer {
    private var lane: LaneWriter

    init(_ lane: consuming LaneWriter) { self.lane = lane }

    func write(
        _ payload: [UInt8], kind: UInt16 = 1, flags: RecordFlags = [], at time: UInt64 = 0
    ) -> HandOver {
        unsafe payload.withUnsafeBytes { (bytes) in
            unsafe lane.write(bytes, kind: kind, flags: flags, at: time)
        }
    }

    /// Claims room and fills it with a byte; whether there was some.
    func claim(_ count: Int, filledWith byte: UInt8 = 0, at time: UInt64 = 0) -> Bool {
        guard let room = unsafe lane.claim(count, at: time) else { return false }
        unsafe room.initializeMemory(as: UInt8.self, repeating: byte, count: count)
        return true
    }

    func commit(_ count: Int, kind: UInt16) { lane.commit(count, kind: kind) }
}

/// A lane's reader as an object, which the macros of the tests can hold.
final class Reader {
    private var lane: LaneReader

    init(_ lane: consuming LaneReader) { self.lane = lane }

    var position: UInt64 { lane.position }
    var drops: Drops { lane.drops }
    var waitingBytes: UInt64 { lane.waitingBytes }

    func look() throws(LaneFault) -> Urgency? { try lane.look() }

    /// The next record; looks for more where all that was seen is read.
    func next() throws(LaneFault) -> (record: Record, payload: [UInt8])? {
        var payload: [UInt8] = []
        if let record = try lane.next(into: &payload) { return (record, payload) }
        guard try lane.look() != nil, let record = try lane.next(into: &payload) else { return nil }
        return (record, payload)
    }

    /// All records that wait.
    func all() throws(LaneFault) -> [ReadRecord] {
        var records: [ReadRecord] = []
        while let (record, payload) = try next() { records.append(ReadRecord(record, payload)) }
        return records
    }

    func overwrite(_ record: Record) -> Bool { lane.overwrite(record) }

    func release() { lane.release() }

    func putBack(_ record: Record) { lane.putBack(record) }

    func skip() -> Bool { lane.skip() }

    var skippedTo: UInt64? {
        get { lane.skippedTo }
        set { lane.skippedTo = newValue }
    }
}
