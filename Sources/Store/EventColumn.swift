/// Where the columns of a row of events stand.
enum EventColumn {
    static let id = 0
    static let events = 1
    static let ranges = 2
    static let body = 3
    static let mark = 4
    static let count = 5

    /// Whether a column holds a number in the file; the id is the row's key and not in its record.
    static func isNumber(_ column: Int) -> Bool { column == events || column == mark }
}
