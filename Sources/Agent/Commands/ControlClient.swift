internal import Events
internal import Platform

/// A command's side of the control socket.
enum ControlClient {
    private static let answerBytesMost = 4 << 20
    /// An agent answers within a commit; this is for one that does not.
    private static let patienceMilliseconds: Int64 = 20_000

    /// Asks the running agent; where there is none, the answer says so (exit code 3).
    static func ask(_ request: ControlRequest, _ configuration: Configuration) -> ControlResponse {
        let path = configuration.runtimeDirectory + "/control.sock"
        let deadline = SystemClock.monotonicNow().advanced(
            byMilliseconds: request.waitMilliseconds
        ).advanced(byMilliseconds: patienceMilliseconds)
        do throws(LocalClient.Failure) {
            let client = try LocalClient(connectingTo: path, deadline: deadline)
            try client.send(request.bytes, deadline: deadline)
            client.endSending()
            let answer = try client.receiveAll(limitBytes: answerBytesMost, deadline: deadline)
            return ControlResponse(answer)
                ?? ControlResponse(
                    exitCode: ExitCode.temporary,
                    complaint: "the agent broke off its answer; ask again")
        } catch {
            return refusal(error, path)
        }
    }

    private static func refusal(_ failure: LocalClient.Failure, _ path: String) -> ControlResponse {
        switch failure {
        case .noAgent:
            ControlResponse(
                exitCode: ExitCode.noAgent,
                complaint:
                    "no agent listens at \(path); start one with footfall agent --config FILE")
        case .forbidden:
            ControlResponse(
                exitCode: ExitCode.forbidden,
                complaint: "\(path) is closed to this user; use sudo, or join its socket_group")
        case .late:
            ControlResponse(
                exitCode: ExitCode.temporary, complaint: "the agent did not answer in time")
        case .tooLong:
            ControlResponse(exitCode: ExitCode.failure, complaint: "the agent's answer is too long")
        case .broken(let error):
            ControlResponse(exitCode: ExitCode.temporary, complaint: error.text)
        }
    }
}
