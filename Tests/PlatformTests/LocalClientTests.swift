import Events
import Glibc
import Platform
import Testing

@Suite(.serialized) struct `A command's connection` {
    let directory = TestDirectory()

    private func failure(_ path: String) -> LocalClient.Failure? {
        do {
            _ = try LocalClient(connectingTo: path)
            return nil
        } catch { return error }
    }

    @Test func `says that there is no agent`() {
        let path = directory.file("control.sock")
        #expect(failure(path) == .noAgent)
        #expect(unsafe mknod(path, S_IFSOCK | 0o600, 0) == 0)
        #expect(failure(path) == .noAgent)
        #expect(failure(path + "/x") == .noAgent)
    }

    @Test func `says what else is wrong`() {
        let long = "/tmp/" + String(repeating: "x", count: 200)
        let error = PlatformError(operation: "connect to " + long, errno: ENAMETOOLONG)
        #expect(failure(long) == .broken(error))
    }

    @Test func `is forbidden to others than user and group`() async {
        unsafe chmod(directory.path, 0o755)
        // The directory is this process's, which lives to remove it.
        let path = directory.file("control.sock")
        await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
            let world = try LinuxWorld(Doors(controlPath: path))
            // Root is let in everywhere, and an ordinary user owns what it makes.
            if getuid() == 0 {
                let codes = [setgroups(0, nil), setgid(65_534), setuid(65_534)]
                guard codes == [0, 0, 0] else { ThisProcess.exit(1) }
            } else {
                guard unsafe chmod(path, 0) == 0 else { ThisProcess.exit(1) }
            }
            do throws(LocalClient.Failure) {
                _ = try LocalClient(connectingTo: path)
            } catch { ThisProcess.exit(error == .forbidden ? 0 : 2) }
            ThisProcess.exit(world.httpPort == nil ? 3 : 4)
        }
    }

    @Test func `sends, receives to the end, and keeps to limit and deadline`() throws {
        let path = directory.file("control.sock")
        var world = try LinuxWorld(Doors(controlPath: path))
        let client = try LocalClient(connectingTo: path)
        #expect(throws: LocalClient.Failure.late) {
            try client.receive(
                deadline: SystemClock.monotonicNow().advanced(byMilliseconds: 30))
        }
        try client.send(bytes("status\n"))
        client.endSending()
        answer(&world)
        #expect(text(try client.receiveAll(limitBytes: 5)) == "fine\n")
        let other = try LocalClient(connectingTo: path)
        try other.send(bytes("status\n"))
        other.endSending()
        answer(&world)
        #expect(throws: LocalClient.Failure.tooLong) { try other.receiveAll(limitBytes: 4) }
    }

    /// Lets the world answer one question.
    private func answer(_ world: inout LinuxWorld) {
        let deadline = world.monotonicNow().advanced(byMilliseconds: 10_000)
        while world.monotonicNow() < deadline {
            if case .ended(let id)? = world.nextInput() {
                world.send(bytes("fine\n"), to: id)
                world.close(id)
                return
            }
            world.wait(until: deadline)
        }
        Issue.record("nobody asked")
    }
}
