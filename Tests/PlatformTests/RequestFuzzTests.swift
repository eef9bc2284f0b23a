import Events
import Platform
import Testing

/// Mutates requests that mean something, for bytes of pure chance die in the first line.
private struct Mutator {
    var generator: SeededGenerator

    mutating func stream() -> [UInt8] {
        var sent: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let all = goodRequests + hostileRequests + oversizeRequests
            sent += all.randomElement(using: &generator)?.sent.prefix(600) ?? []
        }
        for _ in 0..<Int.random(in: 0...4, using: &generator) { mutate(&sent) }
        return sent
    }

    private mutating func mutate(_ sent: inout [UInt8]) {
        guard !sent.isEmpty else { return }
        let place = Int.random(in: 0..<sent.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: sent[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: sent.remove(at: place)
        case 2: sent.insert(UInt8(ascii: "\r\n :;0Ff,".randomMark(&generator)), at: place)
        case 3: sent.removeSubrange(place..<min(place + 8, sent.count))
        default: sent.insert(contentsOf: sent[place..<min(place + 40, sent.count)], at: place)
        }
    }

    mutating func pieces(_ sent: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = sent[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...max(1, min(rest.count, 200)), using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

extension String {
    fileprivate func randomMark(_ generator: inout SeededGenerator) -> Unicode.Scalar {
        Array(unicodeScalars).randomElement(using: &generator) ?? " "
    }
}

@Suite struct `Requests that chance has changed` {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `come to the same however they are cut, within bounds`(_ seed: UInt64) {
        var mutator = Mutator(generator: SeededGenerator(seed: seed))
        for round in 0..<1500 {
            let sent = mutator.stream()
            let whole = outcomes([sent])
            let cut = outcomes(mutator.pieces(sent))
            if whole != cut { Issue.record("seed \(seed), round \(round): \(whole), \(cut)") }
        }
    }

    @Test func `never hold more than one head, one body and one piece`() {
        var mutator = Mutator(generator: SeededGenerator(seed: 5))
        var peak = 0
        for _ in 0..<500 {
            var parser = RequestParser(bodyLimitBytes: 100)
            for piece in mutator.pieces(mutator.stream()) {
                parser.feed(piece)
                while parser.next(at: at(0)) != .incomplete {}
                peak = max(peak, parser.bufferedBytes)
            }
        }
        #expect(peak > 0 && peak <= 16_384 + 1_024)
    }
}
