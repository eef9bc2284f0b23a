internal import Events

/// What stood between one value and the next, to be compared at once instead of step by step.
///
/// A memory of the writer's alone: without it the blocks are the same.
struct ShapeRuns {
    /// All that is part of the shape between two values, or before the first or behind the last.
    struct Run {
        fileprivate var start: Int32
        var count: Int32
        /// The last step before the next value, or to the record's end.
        var node: Int32
        /// The object that is open then.
        var parent: Int32
        /// The length of the next value's key; −1 at the record's end.
        var keyCount: Int32
        fileprivate var next: Int32
    }

    private static let runsMost = 1024
    private static let textBytesMost = 32 << 10
    // Each is compared before a step is taken the long way.
    private static let runsAfterNodeMost = 16

    private var runs: [Run] = []
    private var texts: [UInt8] = []
    /// Of each node the run that was remembered last; −1 where there is none.
    private var latest: [Int32] = []

    mutating func clear() {
        runs.removeAll(keepingCapacity: true)
        texts.empty()
        latest.removeAll(keepingCapacity: true)
    }

    /// What stood behind a node before and stands at a place of the text again.
    @inline(__always)
    func run(after node: Int32, _ text: [UInt8], at start: Int) -> Run? {
        guard Int(node) < latest.count else { return nil }
        var index = latest[Int(node)]
        while index >= 0 {
            let run = runs[Int(index)]
            let end = start + Int(run.count)
            if end <= text.count, ByteRun.isEqual(text, start..<end, texts, at: Int(run.start)) {
                return run
            }
            index = run.next
        }
        return nil
    }

    /// Remembers what stands behind a node, if there is room.
    mutating func append(
        after from: Int32, _ text: [UInt8], _ range: Range<Int>, to node: Int32,
        in parent: Int32, keyCount: Int
    ) {
        guard texts.count + range.count <= Self.textBytesMost, runs.count < Self.runsMost else {
            return
        }
        while latest.count <= Int(from) { latest.append(-1) }
        var known = 0
        var index = latest[Int(from)]
        while index >= 0 {
            known += 1
            index = runs[Int(index)].next
        }
        guard known < Self.runsAfterNodeMost else { return }
        runs.append(
            Run(
                start: Int32(texts.count), count: Int32(range.count), node: node, parent: parent,
                keyCount: Int32(keyCount), next: latest[Int(from)]))
        latest[Int(from)] = Int32(runs.count - 1)
        ByteRun.append(text, range, to: &texts)
    }
}
