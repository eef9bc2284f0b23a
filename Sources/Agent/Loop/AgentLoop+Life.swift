internal import Events
package import Identity
internal import Intake
package import Platform
package import Store
internal import Sync

/// How the loop begins and ends.
extension AgentLoop {
    /// Puts the stations in order over an open store.
    package convenience init(
        _ configuration: Configuration, store: EventStore, identityKey: IdentityKey,
        writeKey: [UInt8], badges: Badges = Badges(),
        world: inout some World & ~Copyable
    ) throws(StoreError) {
        let messages = try Self.remembered(by: store, &world)
        let claims = ClaimSealer(
            keys: KeyMaker(key: identityKey, region: configuration.region),
            recipient: configuration.collectorKey,
            seed: Self.randomBytes(&world))
        let visitKey = VisitKey(Self.randomBytes(&world))
        var visitRules = configuration.visits
        visitRules.badges = badges.takeNames(under: visitKey, by: claims)
        let now = world.monotonicNow()
        self.init(
            configuration: configuration,
            rules: HTTPRules(
                listenHost: HTTPRules.withoutPort(configuration.httpListen),
                localKeys: configuration.localKeys.map { Array($0.utf8) },
                allowedOrigins: configuration.allowedOrigins),
            writeKey: writeKey, store: store,
            admitter: Admitter(
                identityGuard: IdentityGuard(
                    configuration.isGuarded
                        ? TextGuard(patterns: configuration.guardPatterns) : nil),
                claims: claims,
                admission: Admission(stages: StageRule(additions: configuration.stages)),
                messages: messages,
                numbering: SealedID(
                    device: configuration.device, stream: store.stream, epoch: store.epoch,
                    sequence: 0),
                visits: VisitPlacer(rules: visitRules, key: visitKey)),
            courier: Courier(
                machine: SyncMachine(
                    backoffCapMilliseconds: configuration.backoffCapMilliseconds,
                    eventsPerSecond: configuration.drainRate, device: configuration.device,
                    now: now, random: world.random())), startedAt: now)
        do throws(StoreError) {
            try loadDictionary()
            try loadClock()
            if try store.text(NoticeName.damaged) != nil { balanceBooks() }
        } catch {
            complain(error)
        }
    }

    private static func randomBytes(_ world: inout some World & ~Copyable) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            var word = world.random()
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }

    /// The message ids of earlier runs; a database in which they are damaged is set aside.
    private static func remembered(
        by store: EventStore, _ world: inout some World & ~Copyable
    ) throws(StoreError) -> MessageMemory {
        var isSetAside = false
        while true {
            var messages = MessageMemory(expecting: store.rememberedCount)
            do throws(StoreError) {
                try store.rememberedMessages { messages.load($0.bytes) }
                return messages
            } catch {
                guard error.code == .corrupt, !isSetAside else { throw error }
                isSetAside = true
                try store.recover(
                    freshStream: StreamID(high: world.random(), low: world.random()),
                    wallMilliseconds: world.wallNow().milliseconds)
            }
        }
    }

    /// Commits what waits and lets the store go; the upload under way is left to itself.
    package func finish(_ world: inout some World & ~Copyable) {
        // What is in the lanes now, and not what comes meanwhile; what cannot be stored stays there
        // for the next agent.
        for producer in ring.producers { producer.leave() }
        var isMore = true
        while isMore {
            drainRings(&world)
            isMore = ring.hasTaken
            commit(&world)
            isMore = isMore && !ring.isUnsure
        }
        store.close()
    }
}
