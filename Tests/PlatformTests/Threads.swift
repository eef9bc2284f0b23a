import Glibc

/// Runs `body` on a thread of its own.
func spawn(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let context = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    var thread = pthread_t()
    let code = unsafe pthread_create(
        &thread, nil,
        { (context) in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context)
    precondition(code == 0, "cannot start a thread")
    pthread_detach(thread)
}

/// Sleeps on this thread.
func rest(_ milliseconds: UInt32) { usleep(milliseconds * 1000) }
