internal import CEventText
internal import CFootfall
internal import Glibc

/// What building an event member by member in the shared memory costs, beside its properties put
/// together by `snprintf` and handed over as text: the same bytes, by both.
///
/// Bursts in turn, as ``ClientTrack`` has them. The text is made each time, of the same product:
/// that its parts need no escaping is known to `snprintf`, the builder looks. Once with a price
/// that is a number with a fraction, and once in cents, a whole number.
enum ClientBuilder {
    private static let rounds = 51
    private static let warmUps = 6
    private static let count = 700

    static func run(_ bed: Bed, _ output: Output) throws {
        let library = try ClientLibrary(bed.library)
        try bed.withFolder { (folder) in
            let agent = try PlayedAgent(folder: folder)
            let client = try agent.open(library, laneBytes: 0)
            try measure("builder", client, isInCents: false, output)
            try measure("builder-cents", client, isInCents: true, output)
        }
    }

    private static func measure(
        _ load: String, _ client: AttachedClient, isInCents: Bool, _ output: Output
    ) throws {
        let event = try ProductEvent(isInCents: isInCents) { (event) in
            try client.track(event, 1)
            return try client.receive(1).count
        }
        try client.track(event, 1)
        let wanted = try client.receive(1).dropFirst(8)
        let contenders = [
            Contender(
                name: "built", send: { try client.build(event, $0) }, receive: client.receive),
            Contender(
                name: "text", send: { try client.trackText(event, $0) }, receive: client.receive),
        ]
        var samples = Samples(bench: "client", unit: "ns/event")
        for round in -warmUps..<rounds {
            for turn in contenders.indices {
                let contender = contenders[(turn + round + warmUps) % contenders.count]
                samples.add(try contender.send(count), count, contender.name, round)
                guard try contender.receive(count).dropFirst(8) == wanted else {
                    throw BenchError("\(contender.name) hands another event over")
                }
            }
        }
        samples.show(load, output)
        try output.show(samples.ratio("\(load)-to-text", "built", "text", "of text", nil))
    }
}

extension AttachedClient {
    /// Builds an event of six members so many times; nanoseconds.
    fileprivate func build(_ event: ProductEvent, _ count: Int) throws -> UInt64 {
        var draft = footfall_event()
        let product = unsafe event.product
        var refused: Int32 = 0
        let start = MonotonicClock.now()
        for _ in 0..<count {
            unsafe refused |= library.begin(
                handle, &draft, event.name, ProductEvent.textBytesMost, 0)
            unsafe refused |= library.addString(&draft, "sku", product.sku)
            unsafe refused |= library.addInteger(&draft, "quantity", product.quantity)
            unsafe refused |=
                event.isInCents
                ? library.addInteger(&draft, "price", Int64(product.price * 100 + 0.5))
                : library.addNumber(&draft, "price", product.price)
            unsafe refused |= library.addString(&draft, "currency", product.currency)
            unsafe refused |= library.addBoolean(&draft, "new", product.is_new)
            unsafe refused |= library.addString(&draft, "title", product.title)
            unsafe refused |= library.commit(&draft)
        }
        let nanoseconds = MonotonicClock.now() - start
        guard refused == 0 else { throw BenchError("an event cannot be built") }
        return nanoseconds
    }

    /// Puts an event's properties together so many times, and hands each over; nanoseconds.
    fileprivate func trackText(_ event: ProductEvent, _ count: Int) throws -> UInt64 {
        try unsafe withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: ProductEvent.textBytesMost
        ) { (room) in
            guard let text = room.baseAddress else { return 0 }
            var refused: Int32 = 0
            let start = MonotonicClock.now()
            for _ in 0..<count {
                unsafe _ = event.write(to: text)
                unsafe refused |= library.track(handle, event.name, text, 0)
            }
            let nanoseconds = MonotonicClock.now() - start
            guard refused == 0 else { throw BenchError("footfall_track refuses") }
            return nanoseconds
        }
    }
}
