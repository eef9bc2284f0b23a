internal import Events
internal import Platform

/// One connection at the HTTP door.
final class HTTPConnection {
    var parser = RequestParser()
    /// Whether an answer waits for the commit: until then the next request stays unread, so that
    /// answers leave in the order of the requests.
    var isAwaitingCommit = false
    /// Whether the peer will send no more.
    var isEnded = false
    /// What `parser.bufferedBytes` was when the budget was last reckoned.
    var bufferedBytes = 0
    /// Whether reading is stopped until the budget has room.
    var isPaused = false
}

/// One connection at the ingest door.
final class IngestConnection {
    var lines = IngestLines()
    var bufferedBytes = 0
    var isPaused = false
}

/// One connection at the control door.
final class ControlConnection {
    let peer: Peer?
    var request: [UInt8] = []

    init(peer: Peer?) { self.peer = peer }
}

/// The memory that half-received requests of all connections may take together.
///
/// Over it, every connection but the one that holds most stops being read until there is room; that
/// one goes on to its own limit, so that somebody always finishes or is timed out.
struct BufferBudget {
    static let limitBytes = 5 << 20
    private(set) var totalBytes = 0

    var isExceeded: Bool { totalBytes > Self.limitBytes }

    mutating func replace(_ old: Int, with new: Int) { totalBytes += new - old }
}
