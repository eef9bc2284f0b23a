internal import Blocks
internal import Events
internal import Foundation
internal import GRDB
internal import Identity
internal import Logging

/// Where blocks are taken: who sends, what it is, what becomes of it.
///
/// Knows no HTTP server.
struct BlockDesk: Sendable {
    /// The largest body: the largest payload a block can have, and its frame.
    static let bodyBytesMax = 8 << 20 + 24

    let archive: Archive
    let keys: KeyRing
    let log: Logger
    let readiness: Readiness
    let clock: HostClock
    let settler: TimeSettler
    /// What identities are opened with.
    let sealKeys: SealKeyRing
    let metrics = CollectorMetrics()

    init(
        archive: Archive, keys: KeyRing, log: Logger, readiness: Readiness? = nil,
        clock: HostClock = HostClock(), sealKeys: SealKeyRing = .empty
    ) {
        self.sealKeys = sealKeys
        self.clock = clock
        self.archive = archive
        self.keys = keys
        self.log = log
        self.readiness = readiness ?? Readiness(archive: archive)
        settler = TimeSettler(archive: archive, log: log)
    }

    /// The headers that a request for `/v1/blocks` must carry.
    struct Credentials: Sendable {
        var key: String
        var device: String
        var nonce: String
    }

    /// Reads the headers; an answer instead where they let nobody in.
    func admit(
        authorization: String?, device: String?, nonce: String?
    ) -> Result<Credentials, Turned> {
        guard let authorization, let key = Self.bearer(authorization) else {
            return .failure(Turned(.unsigned(401, "no_key")))
        }
        guard let device, KeyRing.isDevice(device) else {
            return .failure(Turned(.unsigned(400, "bad_device")))
        }
        switch keys.answer(key: key, device: device) {
        case .unknown: return .failure(Turned(.unsigned(401, "unknown_key")))
        case .foreign: return .failure(Turned(.unsigned(403, "key_of_another_device")))
        case .welcome: break
        }
        guard let nonce, nonce.utf8.count == 32,
            Hexadecimal.bytes(Array(nonce.utf8)[...]) != nil
        else { return .failure(Turned(.unsigned(400, "bad_nonce"))) }
        return .success(Credentials(key: key, device: device, nonce: nonce))
    }

    /// Takes a block, or says why not; a receipt is given only for what is durable.
    ///
    /// - Parameters:
    ///   - keepsDictionary: whether the device wants the dictionary kept that it leaves.
    ///   - clock: the header `Footfall-Clock`, where there is one.
    func take(
        _ body: [UInt8], from sender: Credentials, keepsDictionary: Bool = false,
        clock: String? = nil
    ) async -> BlockAnswer {
        let reading = self.clock.read()
        let now = reading.milliseconds
        let request = BlockAnswer.Request(
            key: sender.key, device: sender.device, nonce: sender.nonce,
            digest: Hexadecimal.text(Digest.sha256(body)),
            timeMilliseconds: self.clock.isTold(reading) ? now : nil)
        guard body.count <= Self.bodyBytesMax else {
            return .refusal(413, "too_large", for: request)
        }
        do {
            var prepared = try PreparedBlock(
                reading: body, with: await dictionary(of: body, from: sender),
                keepsDictionary: keepsDictionary, opening: sealKeys)
            prepared.heed(clock: clock)
            let header = prepared.block.header
            guard header.device == sender.device else {
                return .unsigned(403, "block_of_another_device")
            }
            let outcome = try await archive.take(prepared, at: self.clock.arrival(reading))
            await readiness.note(isCommitted: true)
            if outcome.leavesUnsolved { await settler.settle() }
            metrics.took(prepared.block.events, outcome, atMilliseconds: now)
            if !outcome.conflicting.isEmpty {
                log.warning(
                    "device cloned or restored: it gave ids that are held with other content",
                    metadata: ["device": "\(sender.device)"])
            }
            return .receipt(outcome, header, for: request)
        } catch let error as BlockError {
            log.warning(
                "a block cannot be read",
                metadata: ["device": "\(sender.device)", "reason": "\(error.word)"])
            return .refusal(Self.status(of: error), error.word, for: request)
        } catch {
            log.error(
                "a block cannot be stored; the device is asked to come again",
                metadata: ["device": "\(sender.device)", "error": "\(Self.cause(of: error))"])
            await readiness.note(isCommitted: false)
            return .unavailable("unavailable")
        }
    }

    private func dictionary(
        of body: [UInt8], from sender: Credentials
    ) async throws -> BlockDictionary? {
        guard let name = try BlockReader.dictionaryName(of: body) else { return nil }
        return try await archive.dictionary(named: name, of: sender.device)
    }

    /// Carries the answer to a request that was not let in.
    struct Turned: Error {
        var answer: BlockAnswer
        init(_ answer: BlockAnswer) { self.answer = answer }
    }

    /// 413 makes the device cut the block; 400 says that the bytes are damaged, 422 that they are
    /// whole and break the format.
    private static func status(of error: BlockError) -> Int {
        switch error {
        case .limit: 413
        case .short, .magic, .flags, .length, .checksum, .inflation: 400
        default: 422
        }
    }

    /// SQLite's code in words: its messages may quote what was to be stored.
    static func cause(of error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(type(of: error))" }
        return "SQLite \(error.extendedResultCode.rawValue)"
    }

    private static func bearer(_ authorization: String) -> String? {
        let words = authorization.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer", KeyRing.isKey(words[1]) else {
            return nil
        }
        return String(words[1])
    }

    static func nowMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
