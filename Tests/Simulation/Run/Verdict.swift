internal import Store

/// How a run ended, in words.
package struct Verdict {
    /// Whether every promise was kept.
    package let isGood: Bool
    /// One line: what was done, or which promise was broken, at which step.
    package let text: String

    /// Runs a simulation of so many steps, and the time that its queue takes to drain.
    ///
    /// - Parameter trace: told of each call to the disk.
    package static func run(
        seed: UInt64, stepCount: Int, trace: ((String) -> Void)? = nil
    ) -> Verdict {
        let run = Run(seed: seed)
        run.site.disk.trace = trace
        return self.run(run, seed: seed, stepCount: stepCount)
    }

    private static func run(_ run: Run, seed: UInt64, stepCount: Int) -> Verdict {
        do throws(Violation) {
            try run.go(stepCount: stepCount)
            return Verdict(isGood: true, text: "held: seed \(seed), \(run.summary)")
        } catch {
            return failed(run, seed: seed, error)
        }
    }

    private static func failed(_ run: Run, seed: UInt64, _ violation: Violation) -> Verdict {
        Verdict(
            isGood: false,
            text: "\(run.summary)\n\(run.losses.text)"
                + "FAILED: seed \(seed), step \(run.stepCount), "
                + "\(violation.checker.rawValue): \(violation.detail)")
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
            return failed(run, seed: seed, error)
        }
    }

    /// Does so many actions on a store and on a plain model of it, and compares after each.
    package static func model(seed: UInt64, actionCount: Int) -> Verdict {
        model(seed: seed, actionCount: actionCount, losesRow: false)
    }

    private static func model(seed: UInt64, actionCount: Int, losesRow: Bool) -> Verdict {
        do throws(StoreError) {
            let run = try ModelRun(seed: seed)
            run.losesRow = losesRow
            do throws(Violation) {
                try run.go(actionCount: actionCount)
                return Verdict(
                    isGood: true,
                    text: "held: seed \(seed), \(actionCount) actions as the model has them, "
                        + "\(run.evictedCount) events evicted")
            } catch {
                return Verdict(
                    isGood: false,
                    text: "FAILED: seed \(seed), step \(run.actionCount), "
                        + "\(error.checker.rawValue): \(error.detail)")
            }
        } catch {
            return Verdict(isGood: false, text: "FAILED: seed \(seed), step 0, model: \(error)")
        }
    }

    /// Plants a fault, and looks whether a checker that is there for it finds it.
    package static func control(_ plant: Plant) -> Verdict {
        if plant == .lostRow { return modelControl(plant) }
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

    private static func modelControl(_ plant: Plant) -> Verdict {
        let verdict = model(seed: 1, actionCount: 200, losesRow: true)
        return Verdict(
            isGood: !verdict.isGood,
            text: (verdict.isGood ? "NOT CAUGHT: " : "caught: ") + plant.rawValue
                + ": seed 1, model")
    }

    /// Runs with a count that is wrong now and then: for whoever wants to see a violation.
    package static func planted(stepCount: Int) -> Verdict {
        run(Run(seed: 1, planting: .offeredTwice), seed: 1, stepCount: stepCount)
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
