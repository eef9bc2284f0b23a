import Events
import Platform
import Synchronization
import Testing

/// One thing that the far end does with a connection.
enum Move: Codable, Sendable {
    /// Reads a request of these many bytes of body, then sends the text.
    case answer(String)
    case close
    /// Closes with a reset.
    case breakOff
    case hang(milliseconds: UInt32)
}

/// A collector that does as it is told, a list of moves for each connection in turn.
final class Collector: Sendable {
    let port: UInt16
    let connections = Atomic<Int>(0)
    let requests = Atomic<Int>(0)

    init(_ script: [[Move]]) {
        let listener = TestSocket(listening: ())
        port = listener.port
        spawn { [self] in
            for moves in script {
                guard let connection = listener.accepted() else { return }
                connections.wrappingAdd(1, ordering: .relaxed)
                play(moves, on: connection)
            }
        }
    }

    var destination: Destination {
        Destination(isSecure: false, host: "127.0.0.1", port: port)
    }

    private func play(_ moves: [Move], on connection: TestSocket) {
        var parser = RequestParser()
        for move in moves {
            switch move {
            case .answer(let answer):
                while true {
                    if case .complete = parser.next(at: at(0)) { break }
                    guard let piece = connection.receive(), !piece.isEmpty else { return }
                    parser.feed(piece)
                }
                requests.wrappingAdd(1, ordering: .relaxed)
                connection.send(bytes(answer))
            case .close: return
            case .breakOff:
                // The reset would overtake what was sent, and take it from the peer.
                rest(100)
                return connection.breakOff()
            case .hang(let milliseconds): rest(milliseconds)
            }
        }
    }
}

/// A good answer.
let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/// A world without doors, and what its wire makes of exchanges.
struct Sender: ~Copyable {
    var world: LinuxWorld
    var number: UInt64 = 0

    init(_ limits: WireLimits = .standard) throws {
        world = try LinuxWorld(Doors(), wireLimits: limits)
    }

    mutating func submit(_ destination: Destination, bodyBytes: Int = 2) {
        number += 1
        world.submit(
            Exchange(
                number: number, destination: destination, path: "/v1/blocks",
                headers: [.init("footfall-device", "k")],
                body: [UInt8](repeating: 65, count: bodyBytes)))
    }

    /// The answer in words, nil when none comes in time.
    mutating func answer(withinMilliseconds milliseconds: Int64 = 10_000) -> String? {
        let deadline = world.monotonicNow().advanced(byMilliseconds: milliseconds)
        while world.monotonicNow() < deadline {
            if case .answered(let answer)? = world.nextInput() {
                #expect(answer.number == number)
                return word(answer.outcome)
            }
            world.wait(until: deadline)
        }
        return nil
    }

    private func word(_ outcome: ExchangeAnswer.Outcome) -> String {
        switch outcome {
        case .response(let status, _, let body): "\(status) \(text(body))"
        case .failure(let step, let code): "\(step) \(code)"
        }
    }
}
