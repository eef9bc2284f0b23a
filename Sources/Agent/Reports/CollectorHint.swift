internal import Platform
internal import Sync

/// What a technician would do next about the collector's last answer.
enum CollectorHint {
    /// Words for a verdict.
    ///
    /// - Parameter failure: why there was no answer, if there was none.
    static func text(
        _ verdict: Verdict?, _ failure: String?, _ configuration: Configuration
    ) -> String {
        switch verdict {
        case .unauthorised(let status):
            "it answers \(status): check that the write key is that of [agent] device "
                + configuration.device
                + (configuration.trust.certificateFile == nil
                    ? "" : " and that certificate_file names it")
        case .misconfigured(let status) where isOfContent(status):
            "it answers \(status) without a signature: something on the way spoils or refuses "
                + "requests; check for a proxy or firewall, and [collector] url"
        case .misconfigured(let status):
            "it answers \(status): no collector is there; check [collector] url"
        case .tooLarge:
            "something on the way passes no request so long: check for a proxy"
        case .outdated:
            "it is older than this agent and cannot read its blocks: upgrade the collector"
        case .rejecting(let reason):
            "it refuses event after event (\(AgentLoop.word(reason))): look at its log and "
                + "version; they are kept, and one is tried each quarter of an hour"
        case .captive(let status):
            "something else answers (\(status)): check the network for a portal or proxy"
        case .rateLimited:
            "it asks for patience (429): nothing to do here, it is tried again"
        case .failing(let status, _) where isOfContent(status):
            "what it gets is not what was sent (\(status)): something on the way spoils "
                + "requests; check for a proxy or firewall if it lasts"
        case .failing(let status, _):
            "it answers \(status): nothing to do here unless it lasts, it is tried again"
        case .clock:
            "the device's clock was never set, so that no certificate can be judged: have its time "
                + "set (NTP), or name the collector's authority or key (ca_file, pins)"
        case .refused, .receipt: "it will be tried again"
        case .unreachable, nil:
            (failure.map { $0 + "; " } ?? "")
                + "check the network and [collector] url; events are kept"
        }
    }

    /// Whether a status says that the request itself was bad.
    private static func isOfContent(_ status: Int) -> Bool {
        status == 400 || status == 413 || status == 422
    }
}
