internal import CPlatform

/// The addresses that a collector's name stands for, in the order to try them.
///
/// Frees the C library's list with itself. An `Address` must not outlive it: only `Exchanger`
/// takes any, in one loop.
@safe
struct Addresses: ~Copyable {
    /// One of them; valid while the list is.
    @safe
    struct Address {
        private let info: UnsafePointer<addrinfo>

        fileprivate init?(_ info: UnsafeMutablePointer<addrinfo>?) {
            guard let info = unsafe info else { return nil }
            unsafe self.info = UnsafePointer(info)
        }

        var next: Address? { unsafe Address(info.pointee.ai_next) }

        /// Begins to connect.
        func open(_ mailbox: Mailbox, _ ticket: UInt64) throws(TransportFailure) -> SocketTransport
        {
            do throws(PlatformError) {
                let socket = try FileDescriptor(
                    owning: unsafe platform_connect_tcp(info), "connect")
                return SocketTransport(owning: socket, mailbox, ticket: ticket)
            } catch { throw .broken(error.errno) }
        }
    }

    private let list: UnsafeMutablePointer<addrinfo>?

    /// Asks the C library; blocks for as long as its resolver does.
    init(_ destination: Destination) throws(Conversation.Failure) {
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe platform_resolve(destination.host, "\(destination.port)", &list)
        if code != 0 { throw Conversation.Failure(.resolve, code) }
        unsafe self.list = list
    }

    deinit { if unsafe list != nil { unsafe freeaddrinfo(list) } }

    var first: Address? { unsafe Address(list) }
}
