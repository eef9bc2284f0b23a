internal import Events
internal import SeededText
internal import Store

/// A fault that breaks a promise, so that a checker is seen to catch it.
package enum Plant: String, CaseIterable {
    /// The disk answers every sync well and does nothing: outside of the fault model.
    case lyingDisk = "a disk that lies about sync"
    /// `psow=0` is lost on the way to SQLite.
    case tornSectors = "a store that believes in sectors that do not tear"
    /// The collector keeps no count of what it holds.
    case forgetfulCollector = "a collector that takes everything as new"
    case offeredTwice = "an event counted as offered twice"
    case deliveredTwice = "an event counted as delivered twice"
    case swappedEvents = "events that are numbered in another order than handed over"
    case largerQuota = "a store that takes its quota for larger"
    case wrongClock = "a collector whose clock is ten minutes fast"
    case deafCollector = "a collector that never signs"
    case secretLoss = "a database that goes while nobody says so"
    case lostRow = "a row that leaves the store behind the model's back"
    case newerDatabase = "a database that this software does not open"

    /// The checkers of which one must catch it.
    var checkers: [Violation.Checker] {
        switch self {
        // What such a disk loses first is a matter of luck.
        case .lyingDisk: [.exactlyOnce, .accepted, .offered, .start]
        case .tornSectors, .forgetfulCollector: [.exactlyOnce]
        case .offeredTwice: [.offered]
        case .deliveredTwice: [.accepted]
        case .swappedEvents: [.order]
        case .largerQuota: [.quota]
        case .wrongClock: [.time]
        case .deafCollector: [.drain]
        case .newerDatabase: [.start]
        case .secretLoss: [.gap]
        case .lostRow: [.model]
        }
    }
}

extension Run {
    /// Plants a fault before the first step, with what else it needs to show.
    func plant(_ plant: Plant) {
        switch plant {
        case .lyingDisk:
            site.disk.faults.liesAboutSync = true
            swarm.cutOneIn = 40
        case .tornSectors:
            unsafe SimulatedVFS.ignoresTornSectors = true
            site.disk.tear = Tear()
            swarm.cutOneIn = 20
            site.network.faults.isDown = true
            weather.outageEndsAt = .max
        case .forgetfulCollector:
            site.collector.state.forgetsWhatItHolds = true
            site.network.faults.unansweredPercent = 30
        case .offeredTwice, .deliveredTwice, .newerDatabase, .secretLoss, .lostRow: break
        case .swappedEvents: site.swapsEvents = true
        case .largerQuota:
            site.excessQuotaBytes = 8_000_000
            swarm.outageOneIn = 1
            for producer in site.producers {
                producer.faults.largePercent = 90
                producer.faults.floodPercent = 20
            }
        case .wrongClock: site.collectorErrorMilliseconds = 600_000
        case .deafCollector: site.collector.signs = false
        }
    }

    /// Does what a plant does again and again.
    func tend(_ plant: Plant) {
        guard chance.oneIn(50), site.process != nil else { return }
        switch plant {
        case .offeredTwice: count("offered")
        case .deliveredTwice: count("delivered")
        // Nobody may hold the store then: its database stays locked for as long.
        case .newerDatabase:
            site.kill()
            _ = site.setDatabaseVersion(EventStore.schemaVersion + 1)
        case .secretLoss:
            site.kill()
            let database = Site.directory + "/events.db"
            site.disk.replace([database, database + "-wal"], with: [:])
        default: break
        }
    }

    /// Counts one event more than there was.
    private func count(_ name: String) {
        guard let store = site.process?.store else { return }
        var change = Change(for: store)
        change.counters = [CounterDelta(.normal, name, 1)]
        do throws(StoreError) { try store.commit(change) } catch {}
    }
}
