/// Nanoseconds of one thing, by contender and round.
struct Samples {
    private let bench: String
    private let unit: String
    private var names: [String] = []
    private var values: [String: [Double]] = [:]

    init(bench: String, unit: String) {
        self.bench = bench
        self.unit = unit
    }

    /// Adds one; a round before the first only warms up.
    mutating func add(_ nanoseconds: UInt64, _ count: Int, _ name: String, _ round: Int) {
        guard round >= 0 else { return }
        if !names.contains(name) { names.append(name) }
        values[name, default: []].append(Double(nanoseconds) / Double(count))
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func show(_ load: String, _ output: Output) {
        for name in names {
            guard let sorted = values[name]?.sorted(), let least = sorted.first,
                let most = sorted.last
            else { continue }
            output.show(
                Figure(
                    bench: bench, name: "\(load)-\(name)", value: sorted[sorted.count / 2],
                    unit: unit, range: least...most, digits: 1))
        }
    }

    /// The best round of one against the best of another.
    func bestRatio(
        _ name: String, _ mine: String, _ other: String, _ unit: String, _ target: Double
    ) throws -> Figure {
        guard let best = values[mine]?.min(), let others = values[other]?.min() else {
            throw BenchError("nothing was measured for \(name)")
        }
        return Figure(
            bench: bench, name: name, value: best / others, unit: unit, target: target)
    }

    /// The median of the rounds' ratios: of each round, for both ran side by side.
    func ratio(
        _ name: String, _ mine: String, _ other: String, _ unit: String, _ target: Double?
    ) throws -> Figure {
        guard let mine = values[mine], let others = values[other], mine.count == others.count,
            !mine.isEmpty
        else { throw BenchError("nothing was measured for \(name)") }
        let ratios = zip(mine, others).map { $0 / $1 }.sorted()
        return Figure(
            bench: bench, name: name, value: ratios[ratios.count / 2], unit: unit, target: target,
            range: ratios[0]...ratios[ratios.count - 1])
    }
}
