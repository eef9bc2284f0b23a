internal import CPlatform

/// A call to the operating system that failed.
public struct PlatformError: Error, Hashable, Sendable {
    /// What was tried, to what, such as `open /etc/footfall.conf`.
    public var operation: String
    /// The kernel's reason.
    public var errno: Int32

    /// Makes an error of its parts.
    public init(operation: String, errno: Int32) {
        self.operation = operation
        self.errno = errno
    }

    /// The failure of the call just made; must be read before anything else calls the C library.
    static func last(_ operation: @autoclosure () -> String) -> PlatformError {
        let errno = platform_errno()
        return PlatformError(operation: operation(), errno: errno)
    }

    /// The operation and the reason, for an operator: `open /etc/footfall.conf: No such file …`.
    public var text: String { operation + ": " + PlatformError.text(errno: errno) }

    /// The C library's words for an errno.
    public static func text(errno: Int32) -> String {
        var text = [CChar](repeating: 0, count: 128)
        unsafe platform_error_text(errno, &text, 128)
        var bytes: [UInt8] = []
        for character in text {
            if character == 0 { break }
            bytes.append(UInt8(bitPattern: Int8(truncatingIfNeeded: character)))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the file does not exist.
    public var isMissing: Bool { errno == ENOENT }

    /// Whether permission was denied.
    public var isForbidden: Bool { errno == EACCES || errno == EPERM }
}
