/// One number that a bench has measured.
struct Figure {
    /// The bench that measured it, such as `store`.
    var bench: String
    /// What it is, unique within its bench.
    var name: String
    var value: Double
    var unit: String
    /// The most that it should be; nil where it stands for the record alone.
    var target: Double?
    /// The least and the most of several rounds, where it is their median or best.
    var range: ClosedRange<Double>?
    /// Digits after the point.
    var digits = 2

    /// Whether it keeps its target, as exactly as it was measured; nil without one.
    var isKept: Bool? { target.map { value <= $0 } }

    private var rounds: String {
        guard let range else { return "" }
        return "\"least\":\(Decimal.text(range.lowerBound, digits: digits)),"
            + "\"most\":\(Decimal.text(range.upperBound, digits: digits)),"
    }

    /// One line of JSON.
    var json: String {
        let target = self.target.map { Decimal.text($0, digits: digits) } ?? "null"
        let isKept = self.isKept.map { $0.description } ?? "null"
        return "{\"bench\":\"\(bench)\",\"name\":\"\(name)\","
            + "\"value\":\(Decimal.text(value, digits: digits)),\"unit\":\"\(unit)\","
            + rounds
            + "\"target\":\(target),\"ok\":\(isKept)}"
    }
}

/// Where figures go as soon as they are known.
enum Output {
    case table
    case json

    /// What is said before the figures: in JSON they stand alone, so it goes beside them.
    func explain(_ text: String) {
        switch self {
        case .table: Terminal.print(text)
        case .json: Terminal.complain(text)
        }
    }

    /// The table's first line.
    func begin() {
        guard case .table = self else { return }
        Terminal.print(Self.row("name", "value", "unit", "target", "", "rounds"))
    }

    /// One figure.
    func show(_ figure: Figure) {
        switch self {
        case .json: Terminal.print(figure.json)
        case .table:
            let verdict = figure.isKept.map { $0 ? "ok" : "MISSED" } ?? ""
            let target = figure.target.map {
                "<= " + Decimal.text($0, digits: $0 == $0.rounded() ? 0 : figure.digits)
            }
            let range = figure.range.map { (range) in
                [range.lowerBound, range.upperBound]
                    .map { Decimal.text($0, digits: figure.digits) }.joined(separator: " to ")
            }
            Terminal.print(
                Self.row(
                    figure.bench + "." + figure.name,
                    Decimal.text(figure.value, digits: figure.digits), figure.unit,
                    target ?? "-", verdict, range ?? ""))
        }
    }

    private static func row(
        _ name: String, _ value: String, _ unit: String, _ target: String, _ verdict: String,
        _ rounds: String
    ) -> String {
        let line =
            left(name, 34) + right(value, 12) + "  " + left(unit, 22) + left(target, 10)
            + left(verdict, 8) + rounds
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func left(_ text: String, _ columns: Int) -> String {
        text + String(repeating: " ", count: max(1, columns - text.count))
    }

    private static func right(_ text: String, _ columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - text.count)) + text
    }
}

/// Numbers as people and JSON write them.
enum Decimal {
    /// `value` with so many digits after the point.
    static func text(_ value: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((value.magnitude * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + scaled.description }
        let fraction = (scaled % Int64(scale)).description
        return sign + (scaled / Int64(scale)).description + "."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
