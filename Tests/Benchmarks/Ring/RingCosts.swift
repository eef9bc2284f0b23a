/// What handing a record over costs a producer, beside other ways to hand it to another process
/// or thread.
///
/// Contenders take turns, round by round, in one run: what the machine does meanwhile happens to
/// all. Medians, with the least and the most of the rounds beside them.
enum RingCosts {
    private static let rounds = 15
    private static let warmUps = 4
    private static let streamCount = 200_000

    /// One producer into an empty queue, nobody reading, nanoseconds a record.
    static func runAlone(_ bed: Bed, _ output: Output) throws {
        let queues = try queues(bed, producers: 1).filter { $0.holdCount > 0 }
        let memory = IdealStream.StreamMemory()
        var samples = Samples(bench: "ring", unit: "ns/record")
        var readings = Samples(bench: "ring", unit: "ns/record")
        // As many first as go once through the memory: pages that are new cost ten times as much.
        for round in -warmUps..<rounds {
            let count = queues.map(\.holdCount).min() ?? 0
            samples.add(IdealStream.write(count, memory), count, "limit", round)
            for queue in queues {
                let times = try queue.send(.burst(count), from: 0)
                samples.add(times.total, count, queue.name, round)
                let start = MonotonicClock.now()
                try queue.receive(count)
                readings.add(MonotonicClock.now() - start, count, queue.name, round)
            }
        }
        samples.show("alone", output)
        readings.show("read", output)
        try output.show(
            samples.ratio("alone-to-limit", "footfall", "limit", "of copy, add, release", 2))
    }

    /// Two producers at once, nobody reading, nanoseconds a record of each.
    static func runTogether(_ bed: Bed, _ output: Output) throws {
        let queues = try queues(bed, producers: 2).filter { $0.producerCount == 2 }
        var samples = Samples(bench: "ring", unit: "ns/record")
        for round in -warmUps..<rounds {
            for queue in queues {
                let count = queue.holdCount
                let outcome = try Race.run(
                    sending: [0, 1].map { (producer) in
                        { try queue.send(.burst(count), from: producer) }
                    })
                let total = outcome.senders.reduce(0) { $0 + $1.total }
                samples.add(total, 2 * count, queue.name, round)
                try queue.receive(2 * count)
            }
        }
        samples.show("together", output)
        for (other, most) in [("aeron", 1.0 / 3), ("moodycamel", 0.5)]
        where samples.has(other) {
            try output.show(
                samples.ratio("together-to-\(other)", "footfall", other, "of \(other)", most))
        }
    }

    /// One producer and one consumer as quickly as they can, nanoseconds a record.
    static func runStream(_ bed: Bed, _ output: Output) throws {
        let queues = try queues(bed, producers: 1).filter(\.streams)
        let memory = IdealStream.StreamMemory()
        var samples = Samples(bench: "ring", unit: "ns/record")
        for round in -warmUps..<rounds {
            samples.add(
                try IdealStream.stream(streamCount, memory), streamCount, "ideal", round)
            for queue in queues {
                let outcome = try Race.run(
                    sending: [{ try queue.send(.stream(streamCount), from: 0) }],
                    receiving: { try queue.receive(streamCount) })
                samples.add(outcome.nanoseconds, streamCount, queue.name, round)
            }
        }
        samples.show("stream", output)
        try output.show(
            samples.ratio("stream-to-ideal", "footfall", "ideal", "of the ideal stream", 1.25))
        // The two processors' ways to each other change from round to round, by a factor of eight.
        try output.show(
            samples.bestRatio(
                "stream-best-to-ideal", "footfall", "ideal", "of the ideal's best", 1.25))
    }

    /// One record every two microseconds, a consumer awake: nanoseconds of each hand-over.
    static func runPaced(_ bed: Bed, _ output: Output) throws {
        let queues: [any RecordQueue] =
            try queues(bed, producers: 1) + [LoopbackQueue(), ClockQueue()]
        var spans: [[UInt32]] = Array(repeating: [], count: queues.count)
        for round in -warmUps..<rounds {
            for (index, queue) in queues.enumerated() {
                let outcome = try Race.run(
                    sending: [{ try queue.send(.paced(queue.pacedCount), from: 0) }],
                    receiving: { try queue.receive(queue.pacedCount) })
                if round >= 0 { spans[index] += outcome.senders.flatMap(\.each) }
            }
        }
        var medians: [String: Double] = [:]
        for (queue, spans) in zip(queues, spans.map { $0.sorted() }) {
            for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)] {
                let value = Double(spans[Int(Double(spans.count - 1) * share)])
                if name == "p50" { medians[queue.name] = value }
                output.show(
                    Figure(
                        bench: "ring", name: "paced-\(queue.name)-\(name)", value: value,
                        unit: "ns", digits: 0))
            }
        }
        for (other, most) in [("datagram", 1.0 / 40), ("pipe", 1.0 / 15)] {
            guard let mine = medians["footfall"], let others = medians[other] else { continue }
            output.show(
                Figure(
                    bench: "ring", name: "paced-to-\(other)", value: mine / others,
                    unit: "of \(other)", target: most, digits: 3))
        }
    }

    private static func queues(_ bed: Bed, producers: Int) throws -> [any RecordQueue] {
        var queues: [any RecordQueue] = [
            try LaneQueue(producers: producers), MutexQueue(producers: producers),
        ]
        if producers == 1 {
            queues += [try KernelQueue(pipe: "pipe"), try KernelQueue(datagrams: "datagram")]
        }
        return queues + (try ForeignQueue.all(folder: bed.contenders, producers: producers))
    }
}
