/// How a run ended, in words.
package struct Verdict {
    /// Whether every promise was kept.
    package let isGood: Bool
    /// One line: what was done, or which promise was broken, at which step.
    package let text: String

    /// Runs a simulation of so many steps, and the time that its queue takes to drain.
    package static func run(seed: UInt64, stepCount: Int) -> Verdict {
        let run = Run(seed: seed)
        do throws(Violation) {
            try run.go(stepCount: stepCount)
            return Verdict(isGood: true, text: "held: seed \(seed), \(run.summary)")
        } catch {
            return Verdict(
                isGood: false,
                text: "\(run.summary)\nFAILED: seed \(seed), step \(run.stepCount), "
                    + "\(error.checker.rawValue): \(error.detail)")
        }
    }

    /// What a run with this seed is about to do.
    package static func announcement(seed: UInt64, stepCount: Int) -> String {
        var chance = Run.chance(of: seed)
        return "seed \(seed), \(stepCount) steps: \(Swarm(&chance).text)"
    }

    /// Cuts the power so many times, at any call to the disk.
    package static func cuts(seed: UInt64, count: Int) -> Verdict {
        let run = Run(seed: seed, isDense: true)
        do throws(Violation) {
            try run.go(cutCount: count)
            return Verdict(
                isGood: true,
                text: "held: seed \(seed), 0 acknowledged events lost, 0 doubled: \(run.summary)")
        } catch {
            return Verdict(
                isGood: false,
                text: "\(run.summary)\nFAILED: seed \(seed), step \(run.stepCount), "
                    + "\(error.checker.rawValue): \(error.detail)")
        }
    }

    /// Plants a fault, and looks whether a checker that is there for it finds it.
    package static func control(_ plant: Plant) -> Verdict {
        for seed in UInt64(1)...20 {
            let run = Run(seed: seed, planting: plant)
            do throws(Violation) {
                try run.go(stepCount: 1500)
            } catch {
                let isMeant = plant.checkers.contains(error.checker)
                return Verdict(
                    isGood: isMeant,
                    text: "\(isMeant ? "caught" : "CAUGHT BY ANOTHER"): \(plant.rawValue): "
                        + "seed \(seed), step \(run.stepCount), \(error.checker.rawValue)")
            }
        }
        return Verdict(isGood: false, text: "NOT CAUGHT: \(plant.rawValue)")
    }
}

extension Run {
    var summary: String {
        let ledger = site.ledger
        return
            "\(stepCount) steps, \(site.clock.now / 60_000) min, \(ledger.entries.count) events, "
            + "\(ledger.acknowledgedCount) acknowledged, \(site.collector.blockCount) blocks, "
            + "\(site.startCount) starts, \(cutCount) power cuts, \(killCount) kills, "
            + "digest \(digest)"
    }
}
