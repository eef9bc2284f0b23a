internal import Foundation

/// What the exit codes mean, by the numbers of sysexits.h but for 2.
enum Exit: Int32 {
    case usage = 2
    /// The address is in use or cannot be had.
    case unavailable = 69
    /// The data folder cannot be made.
    case cannotCreate = 73
    /// The database or an output fails.
    case inputOutput = 74
    /// The keys, the address or the folder's contents are not acceptable.
    case configuration = 78
}

/// An end that an operator reads: what happened, to what, what to do next.
struct Stop: Error {
    var exit: Exit
    var explanation: String

    init(_ exit: Exit, _ explanation: String) {
        self.exit = exit
        self.explanation = explanation
    }
}

/// Lines for people, beside the output for programs.
enum StandardError {
    static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// Bytes for programs, gathered to writes of some size.
struct StandardOutput {
    private static let flushByteCount = 64 << 10
    private var pending = Data()

    mutating func write(_ bytes: [UInt8]) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.flushByteCount { try flush() }
    }

    mutating func flush() throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: pending)
        } catch {
            throw Stop(.inputOutput, "standard output: \(error.localizedDescription)")
        }
        pending.removeAll(keepingCapacity: true)
    }
}
