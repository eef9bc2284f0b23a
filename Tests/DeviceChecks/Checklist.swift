internal import Platform

/// Runs checks one by one, says at once what came of each, and counts.
final class Checklist {
    let carrier: Carrier
    private(set) var outcomes: [Outcome] = []
    private var goodCount = 0

    /// What came of one check.
    struct Outcome {
        var name: String
        var difference: Difference?
    }

    init(isPlanted: Bool) { carrier = Carrier(isPlanted: isPlanted) }

    var isGood: Bool { goodCount == outcomes.count }

    /// Runs one check; its name is a sentence that holds when it passes.
    func check(_ name: String, _ body: (Probe) -> Void) {
        let probe = Probe(carrier)
        body(probe)
        var difference = probe.difference
        if probe.comparisonCount == 0, difference == nil {
            difference = Difference(expected: "a comparison", got: "none")
        }
        outcomes.append(Outcome(name: name, difference: difference))
        if carrier.isPlanted {
            tellPlanted(name, isCaught: difference != nil)
        } else {
            tell(name, difference)
        }
    }

    /// Says how many checks did what they are for.
    func conclude() {
        let badCount = outcomes.count - goodCount
        say(
            carrier.isPlanted
                ? "\(goodCount) caught, \(badCount) not caught"
                : "\(goodCount) passed, \(badCount) failed")
    }

    private func tell(_ name: String, _ difference: Difference?) {
        guard let difference else {
            goodCount += 1
            return say("ok " + name)
        }
        say("FAILED \(name): expected \(difference.expected) got \(difference.got)")
    }

    private func tellPlanted(_ name: String, isCaught: Bool) {
        if isCaught { goodCount += 1 } else { say("NOT CAUGHT " + name) }
    }

    private func say(_ line: String) { StandardStream.output.write(line: Array(line.utf8)) }
}

/// What a check found, and what it should have found.
struct Difference {
    var expected: String
    var got: String
}

/// One check at work: compares, and remembers the first difference.
final class Probe {
    let carrier: Carrier
    private(set) var difference: Difference?
    private(set) var comparisonCount = 0

    init(_ carrier: Carrier) { self.carrier = carrier }

    /// Notes a difference, unless there is one already.
    func differ(_ got: String, _ expected: String) {
        comparisonCount += 1
        if difference == nil { difference = Difference(expected: expected, got: got) }
    }

    func equal<Number: BinaryInteger>(_ got: Number?, _ expected: Number?) {
        comparisonCount += 1
        if got != expected { differ(Self.text(got), Self.text(expected)) }
    }

    func equal(_ got: String, _ expected: String) {
        comparisonCount += 1
        if got != expected { differ(got, expected) }
    }

    func equal(_ got: [UInt8], _ expected: String) {
        equal(String(decoding: got, as: UTF8.self), expected)
    }

    func equal(_ got: [UInt8], _ expected: [UInt8]) {
        comparisonCount += 1
        if got != expected { differ("\(got.count) other bytes", "\(expected.count) bytes") }
    }

    func isTrue(_ condition: Bool, _ sentence: String) {
        comparisonCount += 1
        if !condition { differ("not so", sentence) }
    }

    private static func text<Number: BinaryInteger>(_ number: Number?) -> String {
        number.map { $0.description } ?? "nothing"
    }
}
