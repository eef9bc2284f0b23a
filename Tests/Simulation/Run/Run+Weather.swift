internal import SeededText
internal import Store

/// What befalls a run between two steps.
extension Run {
    func perturb() {
        endWeather()
        limitLife()
        beginWeather()
        disturbClock()
        disturbCollector()
        if site.process == nil || happens(swarm.disk.rotOneIn) { loseData() }
    }

    private func happens(_ oneIn: Int) -> Bool { oneIn > 0 && chance.oneIn(oneIn) }

    /// Draws whether the process ends soon, and how.
    private func limitLife() {
        guard let life = site.process?.world.life, life.callsLeft == .max else { return }
        if happens(swarm.killOneIn) {
            life.callsLeft = 1 + chance.below(200)
        } else if happens(swarm.cutOneIn) {
            life.callsLeft = 1 + chance.below(200)
            isCutDue = true
        } else if happens(swarm.terminateOneIn) {
            site.terminate()
            startAt = site.clock.now + 1000
        } else if happens(swarm.rollBackOneIn) {
            site.kill()
            isNewer = site.setDatabaseVersion(EventStore.schemaVersion + 1)
            startAt = site.clock.now + 1000
        }
    }

    private func beginWeather() {
        let now = site.clock.now
        if happens(swarm.outageOneIn) {
            site.network.faults.isDown = true
            weather.outageEndsAt = now + Int64(chance.below(4 * 3_600_000))
        }
        if happens(swarm.disk.fullOneIn) {
            site.disk.faults.capacityBytes = site.disk.usedBytes + chance.below(60_000)
            weather.fullEndsAt = now + Int64(chance.below(600_000))
        }
        if happens(swarm.disk.readOnlyOneIn) {
            site.disk.faults.isReadOnly = true
            weather.readOnlyEndsAt = now + Int64(chance.below(60_000))
        }
        if happens(swarm.disk.errorsOneIn) {
            site.disk.faults.readErrorOneIn = chance.oneIn(2) ? 50 + chance.below(500) : 0
            site.disk.faults.writeErrorOneIn = chance.oneIn(2) ? 20 + chance.below(500) : 0
            site.disk.faults.syncErrorOneIn = 3 + chance.below(60)
            weather.errorsEndAt = now + Int64(chance.below(60_000))
        }
    }

    /// Ends what is over; all of it once the run drains.
    func endWeather() {
        let now = isDraining ? .max : site.clock.now
        if weather.outageEndsAt <= now { site.network.faults.isDown = false }
        if weather.fullEndsAt <= now {
            site.disk.faults.capacityBytes = SimulatedDisk.Faults().capacityBytes
        }
        if weather.readOnlyEndsAt <= now { site.disk.faults.isReadOnly = false }
        if weather.errorsEndAt <= now {
            site.disk.faults.readErrorOneIn = 0
            site.disk.faults.writeErrorOneIn = 0
            site.disk.faults.syncErrorOneIn = 0
        }
    }

    private func disturbClock() {
        if happens(swarm.clock.jumpOneIn) {
            if chance.oneIn(3) {
                site.clock.synchronise()
            } else {
                let days = Int64(chance.below(4000)) - 2000
                site.clock.jump(byMilliseconds: days * 86_400_000 / (chance.oneIn(2) ? 1 : 9999))
            }
        }
        if happens(swarm.clock.suspendOneIn) {
            site.clock.advance(to: site.clock.now + Int64(chance.below(12 * 3_600_000)))
        }
    }

    private func disturbCollector() {
        guard swarm.restoreOneIn > 0 else { return }
        if chance.oneIn(200) { backup = site.collector.state }
        if happens(swarm.restoreOneIn), let backup {
            site.collector.state = backup
            losses.hasCollectorLost = true
        }
    }

    /// The disk loses what it had synced.
    ///
    /// It rots while it is in use; the rest is done to it while nobody runs.
    private func loseData() {
        guard swarm.disk.isLossy, !isNewer else { return }
        let database = Site.directory + "/events.db"
        let names = [database, database + "-wal"]
        if site.process != nil {
            if let file = site.disk.file(database), !file.bytes.isEmpty {
                losses.hasDiskLost = true
                site.disk.rot(file)
            }
        } else if happens(swarm.disk.truncateOneIn / 100), let file = site.disk.file(database) {
            losses.hasDiskLost = true
            site.disk.damage(file) { $0.removeLast($0.count / 8) }
        } else if happens(swarm.disk.olderOneIn / 100), let copies {
            losses.hasDiskLost = true
            site.disk.replace(names, with: copies)
        } else if happens(swarm.disk.removeOneIn / 100) {
            losses.hasDiskLost = true
            site.disk.replace(names, with: [:])
        } else if chance.oneIn(3) {
            copies = site.disk.copies(of: names)
        }
    }
}

/// When what began will end.
struct Weather {
    var outageEndsAt: Int64 = 0
    var fullEndsAt: Int64 = 0
    var readOnlyEndsAt: Int64 = 0
    var errorsEndAt: Int64 = 0
}
