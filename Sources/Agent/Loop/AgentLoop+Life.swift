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
        writeKey: [UInt8], world: inout some World & ~Copyable
    ) throws(StoreError) {
        var messages = MessageMemory()
        var chunks: [[UInt8]] = []
        try store.rememberedMessages { chunks.append($0.bytes) }
        for chunk in chunks.reversed() { messages.load(chunk) }
        let now = world.monotonicNow()
        self.init(
            configuration: configuration,
            rules: HTTPRules(
                listenHost: HTTPRules.withoutPort(configuration.httpListen),
                localKeys: configuration.localKeys.map { Array($0.utf8) },
                allowedOrigins: configuration.allowedOrigins),
            writeKey: writeKey, store: store,
            admitter: Admitter(
                identityGuard: IdentityGuard(key: identityKey),
                admission: Admission(stages: StageRule(additions: configuration.stages)),
                messages: messages),
            courier: Courier(
                machine: SyncMachine(
                    backoffCapMilliseconds: configuration.backoffCapMilliseconds, now: now,
                    random: world.random())), startedAt: now)
    }

    /// Commits what waits and lets the store go; the upload under way is left to itself.
    package func finish(_ world: inout some World & ~Copyable) {
        commit(&world)
        store.close()
    }
}
