import Events
import Glibc
@testable import Platform
import Testing

@Suite struct `This process` {
    @Test func `knows its words, its user and its environment`() throws {
        #expect(try ThisProcess.arguments().count == CommandLine.arguments.count - 1)
        #expect(try ThisProcess.arguments().first == CommandLine.arguments.dropFirst().first)
        #expect(ThisProcess.userID == geteuid())
        #expect(ThisProcess.processID == getpid())
        unsafe setenv("FOOTFALL_TEST", "a=b", 1)
        #expect(ThisProcess.environment("FOOTFALL_TEST") == "a=b")
        #expect(ThisProcess.environment("FOOTFALL_NO_TEST") == nil)
    }

    @Test func `finds users and groups by name`() throws {
        #expect(try Accounts.userID(named: "root") == 0)
        #expect(try Accounts.groupID(named: "root") == 0)
        #expect(throws: PlatformError(operation: "find group no-such", errno: ENOENT)) {
            try Accounts.groupID(named: "no-such")
        }
        #expect(throws: PlatformError(operation: "find user no-such", errno: ENOENT)) {
            try Accounts.userID(named: "no-such")
        }
    }

    @Test func `leaves no core behind`() async {
        await #expect(processExitsWith: .success) {
            try ThisProcess.forbidCoreDumps()
            ThisProcess.boundHeap()
            ThisProcess.releaseFreeMemory()
            var limit = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            ThisProcess.exit(limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 1)
        }
    }

    @Test func `ends with a sentence where an invariant does not hold`() async {
        let result = await #expect(
            processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]
        ) {
            require(1 + 1 == 2, "sums are sums")
            require(1 + 1 == 3, "sums are not sums")
        }
        let words = text(result?.standardErrorContent ?? [])
        #expect(words.contains("ProcessTests.swift:"))
        #expect(words.contains(": sums are not sums\n"))
    }

    @Test func `writes to a reader that has gone without dying`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var ends: [Int32] = [0, 0]
            unsafe pipe(&ends)
            dup2(ends[1], 1)
            close(ends[0])
            close(ends[1])
            signal(SIGPIPE, SIG_IGN)
            do throws(PlatformError) {
                try StandardStream.output.write(bytes("hello"))
            } catch { ThisProcess.exit(error.errno == EPIPE ? 7 : 8) }
        }
    }
}

@Suite struct `The clocks` {
    @Test(arguments: [
        (Int64(0), true, TimeQuality.implausible),
        (1_767_225_599_999, true, .implausible),
        (1_767_225_600_000, true, .synchronised),
        (1_767_225_600_000, false, .unsynchronised),
        (4_291_747_200_000, false, .unsynchronised),
    ])
    func `are believed as far as the kernel and the calendar say`(
        _ milliseconds: Int64, _ isSynchronised: Bool, _ quality: TimeQuality
    ) {
        #expect(SystemClock.quality(milliseconds, isSynchronised) == quality)
    }

    @Test func `name the boot, the same each time`() throws {
        let id = try SystemClock.bootID()
        #expect(try SystemClock.bootID() == id)
        let contents = try FileContents(
            readingAt: "/proc/sys/kernel/random/boot_id", limitInBytes: 64)
        #expect(text(contents.bytes).filter { $0 != "-" } == id.hexadecimal + "\n")
    }

    @Test func `do not go back`() {
        var last = SystemClock.monotonicNow()
        for _ in 0..<1000 {
            let now = SystemClock.monotonicNow()
            #expect(now >= last)
            last = now
        }
    }
}

@Suite struct `Chance` {
    @Test func `gives as many bytes as are asked for, and others each time`() {
        for count in [0, 1, 7, 8, 9, 32] {
            #expect(SystemRandomness.bytes(count).count == count)
        }
        #expect(SystemRandomness.bytes(16) != SystemRandomness.bytes(16))
    }
}
