internal import Glibc
internal import Ring
internal import SeededText
internal import Synchronization

/// A lane's memory, and nothing behind its end: a page that is not there, or a heap's red zone.
@safe struct Arena: ~Copyable {
    let capacity: Int
    let lane: UnsafeMutableRawPointer
    private let isHeap: Bool

    init(capacity: Int, isHeap: Bool) {
        self.capacity = capacity
        self.isHeap = isHeap
        let bytes = LaneLayout.stride(capacity: capacity)
        guard !isHeap else {
            unsafe lane = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            unsafe lane.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
            return
        }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let inner = (bytes + page - 1) / page * page
        guard
            let start = unsafe mmap(
                nil, inner + page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
            unsafe start != MAP_FAILED, unsafe mprotect(start + inner, page, PROT_NONE) == 0
        else { fatalError("no memory for a lane") }
        unsafe lane = start + inner - bytes
    }

    deinit { if isHeap { unsafe lane.deallocate() } }

    var words: Words { unsafe Words(lane, capacity) }

    func reader(from position: UInt64) -> LaneReader {
        unsafe LaneReader(lane: lane, capacity: capacity, from: position)
    }

    func writer() -> LaneWriter { unsafe LaneWriter(lane: lane, capacity: capacity) }
}

/// A lane's words, to be changed by somebody who keeps no rule but that of the processor.
@safe struct Words: @unchecked Sendable {
    let capacity: Int
    private let lane: UnsafeMutableRawPointer

    init(_ lane: UnsafeMutableRawPointer, _ capacity: Int) {
        unsafe self.lane = lane
        self.capacity = capacity
    }

    /// `tail` and `head`, where the module's page has them.
    var tail: UInt64 {
        get { word(128) }
        nonmutating set { set(128, newValue) }
    }
    var head: UInt64 { word(256) }

    /// An empty lane that has come to a position.
    func begin(at position: UInt64) {
        for offset in [128, 256, 264] { set(offset, position) }
    }

    /// The word that a record at a position begins with.
    func setHead(at position: UInt64, count: UInt64, kind: UInt64) {
        set(4096 + Int(position & UInt64(capacity - 1) & ~7), count & 0xFFFF_FFFF | kind << 32)
    }

    func set(_ offset: Int, _ value: UInt64) {
        unsafe (lane + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .store(value, ordering: .relaxed)
    }

    private func word(_ offset: Int) -> UInt64 {
        unsafe (lane + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .load(ordering: .relaxed)
    }

    /// One change that breaks the rules.
    func scribble(_ random: inout Seeded) {
        let least = UInt64(random.below(capacity / 8) * 8)
        switch random.below(8) {
        case 0: tail = tail &+ least
        case 1: tail = tail &+ UInt64(random.below(64))
        case 2: tail = random.next() >> UInt64(random.below(64))
        case 3: set(random.pick([128, 136, 144, 152, 256, 264, 272]), random.next())
        case 4: set(random.below((4096 + capacity) / 8) * 8, random.next())
        case 5: setHead(at: least, count: UInt64(capacity) - least, kind: 0xFFFF)
        default: setHead(at: head &+ least, count: Words.lie(capacity, &random), kind: 1)
        }
    }

    /// A length that is none, or nearly one.
    static func lie(_ capacity: Int, _ random: inout Seeded) -> UInt64 {
        let most = LaneLayout.payloadMost(capacity: capacity)
        return switch random.below(4) {
        case 0: UInt64(most)
        case 1: UInt64(random.below(most + 1))
        case 2: UInt64(most + 1 + random.below(64))
        default: random.next()
        }
    }
}
