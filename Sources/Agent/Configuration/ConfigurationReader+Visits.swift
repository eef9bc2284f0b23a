internal import Identity

/// What a shop decides about visits.
extension ConfigurationReader {
    func takeVisits(
        _ entry: INIEntry, _ key: String, _ configuration: inout Configuration
    ) throws(ConfigurationError) {
        switch key {
        case "idle_timeout":
            guard let milliseconds = Units.milliseconds(entry.value),
                5000...3_600_000 ~= milliseconds
            else {
                throw bad("duration", entry, "5s to 1h, such as 90s")
            }
            configuration.visits.idleTimeoutMilliseconds = milliseconds
        case "start_events": configuration.visits.startEvents += list(entry)
        case "end_events": configuration.visits.endEvents += list(entry)
        case "split": configuration.visits.isSplitting = try isYes(entry)
        case "staff_badges_file": configuration.staffBadgesFile = try path(entry)
        default:
            guard let count = Int(entry.value), 2...1000 ~= count else {
                throw bad("count", entry, "2 to 1000 visits a day")
            }
            configuration.visits.sharedIdentityVisits = count
        }
        for name in configuration.visits.startEvents
        where configuration.visits.endEvents.contains(name) {
            throw error(
                entry, "\(name) begins visits and ends them", "name it in one of the lists")
        }
    }
}
