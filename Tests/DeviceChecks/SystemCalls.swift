internal import CPlatform
internal import Events
internal import Platform
internal import Store

/// Times and sizes on their way to the kernel and back.
enum SystemCalls {
    static func run(_ list: Checklist, in folder: Folder) {
        list.check("C's times and file offsets have 64 bits") { probe in
            let value = probe.carrier.number(0x7000_0000_0000_0001 as Int64)
            probe.equal(Int64(time_t(truncatingIfNeeded: value)), 0x7000_0000_0000_0001)
            probe.equal(Int64(off_t(truncatingIfNeeded: value)), 0x7000_0000_0000_0001)
        }
        list.check("the wall clock tells milliseconds beyond 32 bits") { probe in
            // 2025, before this was written.
            let now = probe.carrier.number(SystemClock.wallNow().milliseconds)
            probe.isTrue(now > 1_735_689_600_000, "it is later than 2025")
        }
        list.check("a timer is armed 2^32 seconds ahead") { probe in
            let timer = platform_timer_open()
            defer { _ = close(timer) }
            let moment = probe.carrier.number(4_294_967_296_000 as Int64)
            let now = SystemClock.monotonicNow().milliseconds
            probe.equal(platform_timer_arm(timer, moment), 0)
            var rest = itimerspec()
            probe.equal(unsafe timerfd_gettime(timer, &rest), 0)
            let armed = now / 1000 + Int64(rest.it_value.tv_sec)
            probe.isTrue(abs(armed - 4_294_967_296) < 100, "it rings then")
        }
        list.check("a file's length is told beyond 2^32") { probe in
            do throws(PlatformError) {
                let path = folder.file("long")
                lengthen(path, to: probe.carrier.number(4_294_967_297), probe)
                probe.equal(try FileStatus(at: path).byteCount, 4_294_967_297)
            } catch { probe.differ(error.text, "a file's length") }
        }
        list.check("what is set aside counts beyond 2^32 bytes") { probe in
            var scratch = ScratchStore(folder.store("aside"))
            var before: Int64 = 0
            scratch.with(probe) { (store) throws(StoreError) in before = try store.diskBytes().used
            }
            scratch.close()
            lengthen(
                scratch.directory + "/events.db.damaged",
                to: probe.carrier.number(4_294_967_297), probe)
            scratch.with(probe) { (store) throws(StoreError) in
                probe.equal(try store.diskBytes().used - before, 4_294_967_297)
            }
            scratch.close()
        }
    }

    /// Makes a file of zeros that takes no room.
    private static func lengthen(_ path: String, to byteCount: Int64, _ probe: Probe) {
        let file = unsafe platform_open(path, O_RDWR | O_CREAT, 0o600)
        defer { _ = close(file) }
        probe.equal(ftruncate(file, off_t(truncatingIfNeeded: byteCount)), 0)
    }
}
