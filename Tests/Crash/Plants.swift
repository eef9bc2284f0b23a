/// Each mistake of a writer is caught in each mode that can show it, and called what it is.
enum Plants {
    static func areCaught() throws(NotTraceable) -> Bool {
        var areCaught = try isClean()
        for mistake in Mistake.allCases {
            func open(_ lane: Lane) -> PlantedWriter { PlantedWriter(mistake, lane) }
            if let fault = mistake.inCrash {
                let report = try Crash(writeCount: 150, seed: 2).run(open, until: fault)
                areCaught = tell(report, mistake, fault) && areCaught
            }
            if let fault = mistake.inStop {
                let report = try Stop(writeCount: 60, paces: 0..<12).run(open, until: fault)
                areCaught = tell(report, mistake, fault) && areCaught
            }
        }
        return areCaught
    }

    /// A writer that makes no mistake is let pass.
    private static func isClean() throws(NotTraceable) -> Bool {
        func open(_ lane: Lane) -> PlantedWriter { PlantedWriter(nil, lane) }
        let crash = try Crash(writeCount: 200, seed: 2).run(open)
        let stop = try Stop(writeCount: 20, paces: 0..<12).run(open)
        for report in [crash, stop] where !report.isClean {
            print("MISJUDGED: no mistake, \(report.text)")
        }
        return crash.isClean && stop.isClean
    }

    private static func tell(_ report: Report, _ mistake: Mistake, _ fault: Fault) -> Bool {
        let isCaught = report.tally[fault] > 0
        let verdict = isCaught ? "caught" : "MISSED"
        print(
            "\(verdict): \(mistake.rawValue), \(report.mode), \(fault.rawValue):"
                + " \(report.tally.text)")
        return isCaught
    }
}
