internal import CPlatform

/// Threads beside the loop's: detached, and no signal reaches them.
enum BackgroundThread {
    /// Runs `body` on a thread of its own; what it captures is touched by no other afterwards, or
    /// safe for both.
    static func start(
        _ name: String, stackBytes: Int, _ body: @escaping @Sendable () -> Void
    ) throws(PlatformError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        _ = unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        _ = unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, &attributes, runBody, context)
        if code != 0 {
            unsafe Unmanaged<ThreadBody>.fromOpaque(context).release()
            throw PlatformError(operation: "start " + name, errno: code)
        }
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    platform_signals_block_all()
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
