internal import Agent
internal import Blocks
internal import Events
internal import Identity
internal import Platform
internal import Store

/// The agent's loop over a real store, by clocks and counters that have gone beyond 32 bits.
enum WholeAgent {
    static func run(_ list: Checklist, in folder: Folder) {
        let carrier = list.carrier
        let world = StillWorld(
            now: Instant(milliseconds: carrier.number(8_589_934_592)),
            wallMilliseconds: carrier.number(4_294_967_296_000))
        let directory = folder.store("agent")
        var loop: AgentLoop?
        list.check("an agent starts at 2^33 milliseconds") { probe in
            loop = start(directory, world, probe)
            probe.isTrue(loop != nil, "it has started")
            probe.equal(world.monotonicNow().milliseconds, 8_589_934_592)
        }
        guard let loop else { return }
        list.check("an event is delivered with times beyond 32 bits") { probe in
            handOver(loop, world)
            world.now = world.now.advanced(byMilliseconds: 1000)
            rest(loop, world)
            do throws(BlockError) {
                let block = try world.exchange.map { (exchange) throws(BlockError) in
                    try BlockReader.read(exchange.body)
                }
                probe.equal(block?.events.first?.time.monotonic.milliseconds, 8_589_934_592)
                probe.equal(block?.events.first?.time.wallMilliseconds, 4_294_967_296_000)
            } catch { probe.differ(error.word, "a block") }
        }
        world.now = Instant(milliseconds: carrier.number(8_589_934_592 + 4_294_967_296))
        status(list, String(decoding: ask("status", loop, world), as: UTF8.self))
        list.check("an audit adds up beyond 2^32") { probe in
            let text = String(decoding: ask("queue audit", loop, world), as: UTF8.self)
            probe.member("offered", of: text, is: "8589934593")
            probe.isTrue(text.holds("\"holds\":true"), "both equations hold")
        }
    }

    /// A damaged row must not stand in the way of all others.
    static func runDamaged(_ list: Checklist, in folder: Folder) {
        list.check("an agent goes on behind a row of damaged counts") { probe in
            // Long after the boot, so that the first try is not put off.
            let world = StillWorld(now: Instant(milliseconds: 1_000_000), wallMilliseconds: 1000)
            var scratch = ScratchStore(folder.store("damaged"))
            scratch.commit(probe) { change in
                change.endSequence = 8
                change.inserted = [
                    StoredRow(
                        .tail, lane: .normal, epoch: change.epoch, ranges: [SequenceRange(7, 7)],
                        body: Array(HandMade.event(sequence: "7").utf8))
                ]
            }
            scratch.spoil(
                probe, "UPDATE tail SET events = " + probe.carrier.text(4_294_967_297))
            guard let loop = start(scratch.directory, world, probe) else { return }
            handOver(loop, world)
            world.now = Instant(milliseconds: 1_001_000)
            rest(loop, world)
            do throws(BlockError) {
                let block = try BlockReader.read(world.exchange?.body ?? [])
                probe.equal(block.header.epoch, 2)
                probe.equal(block.events.first?.sequence, 0)
            } catch { probe.differ(error.word, "a block of what came later") }
        }
    }

    private static func status(_ list: Checklist, _ text: String) {
        list.check("status tells an uptime of 2^32 milliseconds") { probe in
            probe.member("uptimeMilliseconds", of: text, is: "4294967296")
            probe.member("time", of: text, is: "\"2106-02-07T06:28:16Z\"")
        }
        list.check("status tells a quota of 8 GB") { probe in
            probe.member("diskQuotaBytes", of: text, is: "8000000000")
        }
        list.check("status tells counters beyond 2^32") { probe in
            probe.member("accepted", of: text, is: "8589934593")
            probe.member("delivered", of: text, is: "8589934592")
        }
    }

    private static func start(
        _ directory: String, _ world: StillWorld, _ probe: Probe
    ) -> AgentLoop? {
        let c = probe.carrier
        let text =
            "[agent]\ndevice = kiosk-1\nstate_directory = " + directory
            + "\n[collector]\nurl = http://127.0.0.1:4690\nwrite_key = abc\n[store]\nquota = 8GB\n"
        guard let key = IdentityKey([UInt8](repeating: 9, count: 32)) else { return nil }
        do throws(ConfigurationError) {
            let configuration = try Configuration(text: Array(text.utf8), file: "checks.conf")
            do throws(StoreError) {
                let store = try EventStore(
                    directory: directory, quotaBytes: c.number(configuration.quotaBytes),
                    boot: StreamID(high: 1, low: 1), freshStream: StreamID(high: 2, low: 2),
                    wallMilliseconds: world.wall.milliseconds)
                var change = Change(for: store)
                for name in ["offered", "accepted", "delivered"] {
                    change.counters.append(CounterDelta(.normal, name, c.number(8_589_934_592)))
                }
                try store.commit(change)
                var world = world
                return try AgentLoop(
                    configuration, store: store, identityKey: key, writeKey: Array("abc".utf8),
                    world: &world)
            } catch { probe.differ(error.detail, "an open store") }
        } catch { probe.differ(error.text, "a configuration") }
        return nil
    }

    private static func handOver(_ loop: AgentLoop, _ world: StillWorld) {
        let body = #"{"event":"Product Viewed"}"#
        let text =
            "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n"
            + "\r\n" + body
        world.happen(.opened(ConnectionID(1), .http, nil))
        world.happen(.received(ConnectionID(1), Array(text.utf8)))
        rest(loop, world)
        _ = world.takeSent()
    }

    private static func ask(_ verb: String, _ loop: AgentLoop, _ world: StillWorld) -> [UInt8] {
        let connection = ConnectionID(world.random())
        let request = "{\"verb\":\"" + verb + "\",\"json\":true,\"waitMilliseconds\":0}\n"
        world.happen(.opened(connection, .control, Peer(userID: 0, processID: 1)))
        world.happen(.received(connection, Array(request.utf8)))
        world.happen(.ended(connection))
        rest(loop, world)
        return world.takeSent()
    }

    private static func rest(_ loop: AgentLoop, _ world: StillWorld) {
        var world = world
        for _ in 0..<100 {
            let deadline = loop.step(&world)
            if !world.hasInput, deadline > world.now { return }
        }
    }
}
