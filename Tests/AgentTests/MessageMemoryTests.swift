import Testing

@testable import Agent

@Suite struct `The memory of message ids` {
    private func admit(
        _ memory: inout MessageMemory, _ id: String, _ content: String, producer: UInt64 = 0
    ) -> MessageMemory.Finding {
        memory.admit(Array(id.utf8), producer: producer, comparable: Array(content.utf8))
    }

    @Test func `tells a repeat from a new event, committed or not`() {
        var memory = MessageMemory()
        #expect(admit(&memory, "a", "x") == .new)
        #expect(admit(&memory, "a", "x") == .duplicate)
        memory.commit()
        #expect(admit(&memory, "a", "x") == .duplicate)
        #expect(admit(&memory, "b", "x") == .new)
        #expect(admit(&memory, "A", "x") == .new)
        #expect(admit(&memory, "", "x") == .new)
    }

    @Test func `takes other content under one id for an event, and repeats of each for repeats`() {
        var memory = MessageMemory()
        #expect(admit(&memory, "a", "1") == .new)
        #expect(admit(&memory, "a", "2") == .reused)
        #expect(admit(&memory, "a", "3") == .reused)
        memory.commit()
        for content in ["1", "2", "3"] { #expect(admit(&memory, "a", content) == .duplicate) }
        #expect(admit(&memory, "a", "4") == .reused)
    }

    @Test func `knows producers apart`() {
        var memory = MessageMemory()
        #expect(admit(&memory, "a", "x", producer: 1) == .new)
        #expect(admit(&memory, "a", "x", producer: 2) == .new)
        #expect(admit(&memory, "a", "x", producer: 1 << 56) == .new)
        #expect(admit(&memory, "a", "x", producer: 2) == .duplicate)
        // The producer's bytes and the id's cannot be mistaken for each other.
        #expect(admit(&memory, "\u{0}a", "x", producer: 0) == .new)
    }

    @Test func `forgets what was not stored, and that alone`() {
        var memory = MessageMemory()
        #expect(admit(&memory, "a", "1") == .new)
        memory.commit()
        #expect(admit(&memory, "b", "1") == .new)
        #expect(admit(&memory, "a", "2") == .reused)
        memory.rollBack()
        #expect(memory.chunk == [])
        #expect(admit(&memory, "b", "1") == .new)
        #expect(admit(&memory, "a", "2") == .reused)
        #expect(admit(&memory, "a", "1") == .duplicate)
    }

    @Test func `drops the oldest ids first, at its limit and not before`() {
        var memory = MessageMemory(limit: 3)
        for id in ["a", "b", "c"] {
            #expect(admit(&memory, id, "x") == .new)
            memory.commit()
        }
        for id in ["a", "b", "c"] { #expect(admit(&memory, id, "x") == .duplicate) }
        #expect(admit(&memory, "d", "x") == .new)
        #expect(admit(&memory, "a", "x") == .duplicate, "nothing is pushed out before the commit")
        memory.commit()
        for id in ["b", "c", "d"] { #expect(admit(&memory, id, "x") == .duplicate) }
        #expect(admit(&memory, "a", "x") == .new)
        #expect(admit(&memory, "e", "x") == .new)
        memory.commit()
        #expect(admit(&memory, "d", "x") == .duplicate)
        for id in ["b", "c"] { #expect(admit(&memory, id, "x") == .new) }
    }

    @Test func `goes around its ring many times`() {
        var memory = MessageMemory(limit: 5)
        for number in 0..<50 {
            #expect(admit(&memory, "\(number)", "x") == .new)
            memory.commit()
            for known in max(0, number - 4)...number {
                #expect(admit(&memory, "\(known)", "x") == .duplicate)
            }
        }
        #expect(admit(&memory, "44", "x") == .new)
    }

    @Test func `is the same after it was stored chunk by chunk and loaded again`() {
        var memory = MessageMemory(limit: 4)
        var chunks: [[UInt8]] = []
        for id in ["a", "b", "c", "d", "e"] {
            #expect(admit(&memory, id, "1") == .new)
            if id == "e" { #expect(admit(&memory, id, "2") == .reused) }
            chunks.append(memory.chunk)
            memory.commit()
            #expect(memory.chunk == [])
        }
        #expect(chunks.map(\.count) == [16, 16, 16, 16, 32])
        var loaded = MessageMemory(limit: 4)
        for chunk in chunks { loaded.load(chunk) }
        // Of six entries in a memory of four the first two are gone.
        for id in ["c", "d", "e"] { #expect(admit(&loaded, id, "1") == .duplicate) }
        #expect(admit(&loaded, "e", "2") == .duplicate)
        #expect(admit(&loaded, "e", "3") == .reused)
        for id in ["a", "b"] { #expect(admit(&loaded, id, "1") == .new) }
        var torn = MessageMemory()
        torn.load(Array(chunks[0].dropLast()))
        #expect(admit(&torn, "a", "1") == .new)
    }
}
