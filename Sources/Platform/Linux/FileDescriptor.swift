internal import CPlatform

/// An open file, socket or event source; closed when its last owner lets go of it.
///
/// A class, though it has one owner: Embedded Swift refuses a non-copyable type whose `deinit`
/// lies in another module than the code that ends its life.
public final class FileDescriptor: Sendable {
    /// The process's number for it.
    public let number: Int32

    /// Takes over what a system call returned; negative means that the call failed.
    public init(owning number: Int32, _ operation: @autoclosure () -> String) throws(PlatformError)
    {
        guard number >= 0 else { throw PlatformError.last(operation()) }
        self.number = number
    }

    deinit { _ = close(number) }

    /// Reads at most `count` bytes; none at the end of the file.
    func read(atMost count: Int, _ operation: @autoclosure () -> String) throws(PlatformError)
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let got = unsafe CPlatform.read(number, &bytes, count)
            if got >= 0 {
                bytes.removeSubrange(got...)
                return bytes
            }
            let error = PlatformError.last(operation())
            if error.errno != EINTR { throw error }
        }
    }
}
