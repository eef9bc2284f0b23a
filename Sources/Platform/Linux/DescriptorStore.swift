internal import CPlatform

/// What the service manager keeps open while this process is away: systemd's file descriptor store
/// (sd_notify(3), `FDSTORE=1`; sd_listen_fds(3)).
///
/// Without one all of it does nothing.
enum DescriptorStore {
    /// The first descriptor that is handed down; the others follow.
    private static let first: Int32 = 3
    private static let descriptorsMost = 1024

    /// The descriptors that an earlier process had kept, each once, with its name if it has one.
    static func inherited() -> [(FileDescriptor, String?)] {
        guard let process = ThisProcess.environment("LISTEN_PID"),
            process == getpid().description,
            let text = ThisProcess.environment("LISTEN_FDS"), let count = Int32(text),
            0...Int32(descriptorsMost) ~= count
        else { return [] }
        let names = names(ThisProcess.environment("LISTEN_FDNAMES") ?? "")
        var descriptors: [(FileDescriptor, String?)] = []
        for number in first..<first + count where platform_close_on_execution(number) == 0 {
            let place = Int(number - first)
            do throws(PlatformError) {
                descriptors.append(
                    (
                        try FileDescriptor(owning: number, "inherit a descriptor"),
                        place < names.count ? names[place] : nil
                    ))
            } catch {}
        }
        return descriptors
    }

    /// The names between colons, in the order of the descriptors.
    static func names(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    static func keep(_ descriptor: FileDescriptor, as name: String) {
        notify("FDSTORE=1\nFDNAME=" + name, descriptor.number)
    }

    static func forget(_ name: String) { notify("FDSTOREREMOVE=1\nFDNAME=" + name, -1) }

    /// A service manager that takes nothing loses nothing: what it would keep its owner has.
    private static func notify(_ text: String, _ descriptor: Int32) {
        guard let path = ThisProcess.environment("NOTIFY_SOCKET") else { return }
        let bytes = Array(text.utf8)
        _ = unsafe platform_notify(path, bytes, bytes.count, descriptor)
    }
}
