/// How often something happened within a day, by the hour: between 23 and 24 hours back.
struct DayCount {
    private var lastHour = Int64.min
    private var hours = InlineArray<24, UInt16>(repeating: 0)

    private static let hourMilliseconds: Int64 = 3_600_000

    private static func hour(_ timeMilliseconds: Int64) -> Int64 {
        // Down, also before the boot.
        let hour = timeMilliseconds / hourMilliseconds
        return timeMilliseconds < hour * hourMilliseconds ? hour - 1 : hour
    }

    private static func place(_ hour: Int64) -> Int { Int(((hour % 24) + 24) % 24) }

    /// Counts one; what is a day before the latest is past counting.
    mutating func add(at timeMilliseconds: Int64) {
        let hour = Self.hour(timeMilliseconds)
        if lastHour == .min { lastHour = hour }
        if hour > lastHour {
            for passed in max(lastHour + 1, hour - 23)...hour { hours[Self.place(passed)] = 0 }
            lastHour = hour
        }
        guard hour > lastHour - 24, hours[Self.place(hour)] < .max else { return }
        hours[Self.place(hour)] += 1
    }

    /// How often within the day up to a moment, or up to the latest that was counted.
    func total(at timeMilliseconds: Int64) -> Int {
        guard lastHour != .min else { return 0 }
        let from = max(lastHour, Self.hour(timeMilliseconds)) - 23
        var total = 0
        for hour in stride(from: lastHour, to: max(from, lastHour - 23) - 1, by: -1) {
            total += Int(hours[Self.place(hour)])
        }
        return total
    }
}

/// Tells identities that many share: a badge, an address that was typed to be rid of the question.
struct SharedIdentities {
    private struct Entry {
        var name: VisitName
        var visits = DayCount()
        var lastMilliseconds: Int64
        var isShared = false
    }

    // So many distinct shoppers who say who they are come in a day to a busy kiosk.
    private static let most = 256
    private static let dayMilliseconds: Int64 = 86_400_000

    private var entries: [Entry] = []
    private(set) var sharedCount = 0

    /// Whether an identity says nothing, now that it is seen in one more visit.
    ///
    /// It stays shared until it was not seen for a day.
    mutating func isShared(_ name: VisitName, at timeMilliseconds: Int64, visitsMost: Int) -> Bool {
        guard let index = index(of: name) else { return false }
        if entries[index].isShared {
            if timeMilliseconds - entries[index].lastMilliseconds < Self.dayMilliseconds {
                see(index, timeMilliseconds)
                return true
            }
            entries.remove(at: index)
            sharedCount -= 1
            return false
        }
        guard entries[index].visits.total(at: timeMilliseconds) >= visitsMost else { return false }
        entries[index].isShared = true
        sharedCount += 1
        see(index, timeMilliseconds)
        return true
    }

    /// Counts a visit in which an identity is seen.
    mutating func count(_ name: VisitName, at timeMilliseconds: Int64) {
        let index = index(of: name) ?? enter(name, timeMilliseconds)
        entries[index].visits.add(at: timeMilliseconds)
        see(index, timeMilliseconds)
    }

    /// The types of the shared ones, a bit each.
    var sharedTypes: UInt32 {
        var types: UInt32 = 0
        for entry in entries where entry.isShared { types |= 1 << UInt32(entry.name.type & 31) }
        return types
    }

    private mutating func see(_ index: Int, _ timeMilliseconds: Int64) {
        entries[index].lastMilliseconds = max(entries[index].lastMilliseconds, timeMilliseconds)
    }

    private func index(of name: VisitName) -> Int? {
        for index in entries.indices where entries[index].name.isSame(as: name) { return index }
        return nil
    }

    /// Makes room by forgetting who was not seen for longest, the shared ones last.
    private mutating func enter(_ name: VisitName, _ timeMilliseconds: Int64) -> Int {
        if entries.count == Self.most {
            var oldest = 0
            for index in entries.indices where isForgotten(entries[index], entries[oldest]) {
                oldest = index
            }
            if entries[oldest].isShared { sharedCount -= 1 }
            entries.remove(at: oldest)
        }
        entries.append(Entry(name: name, lastMilliseconds: timeMilliseconds))
        return entries.count - 1
    }

    private func isForgotten(_ one: Entry, _ other: Entry) -> Bool {
        one.isShared != other.isShared
            ? other.isShared : one.lastMilliseconds < other.lastMilliseconds
    }
}
