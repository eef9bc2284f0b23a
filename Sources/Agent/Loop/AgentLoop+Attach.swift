internal import Events
internal import Platform
internal import Ring
internal import Store

/// How producers that share memory come and go.
extension AgentLoop {
    // One user's producers do not take what the others need.
    private static let regionsMost = 16
    private static let regionBytesMost = 256 << 20
    // A processor of 32 bits has room for these, and for what else the agent needs.
    private static let allRegionBytesMost = 512 << 20
    // Connecting and handing over are one call after the other.
    private static let regionDelayMilliseconds: Int64 = 5_000

    /// A producer connected, and will hand a region over.
    func welcome(
        _ connection: ConnectionID, _ peer: Peer?, _ world: inout some World & ~Copyable
    ) {
        var guestCount = 0
        for guest in ring.guests.values where guest.peer?.userID == peer?.userID {
            guestCount += 1
        }
        let deadline = world.monotonicNow().advanced(byMilliseconds: Self.regionDelayMilliseconds)
        ring.guests[connection] = RingGuest(peer: peer, deadline: deadline)
        if guestCount >= Self.regionsMost {
            turnAway(connection, "too many connections without a region", &world)
        }
    }

    /// Hangs up on those that have not handed a region over for so long.
    func expireGuests(_ world: inout some World & ~Copyable, _ now: Instant) {
        var late: [ConnectionID] = []
        for (connection, guest) in ring.guests where guest.deadline <= now {
            late.append(connection)
        }
        for connection in late.sorted(by: { $0.value < $1.value }) {
            turnAway(connection, "no region came within 5 s", &world)
        }
    }

    /// A region was handed over: takes it, or says why not and closes the connection.
    func attach(
        _ descriptor: FileDescriptor?, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        guard let guest = ring.guests[connection] else {
            return turnAway(connection, "one region a connection", &world)
        }
        guard let peer = guest.peer else {
            return turnAway(connection, "the kernel does not say who you are", &world)
        }
        guard let descriptor else {
            return turnAway(connection, "the descriptor is no memory", &world)
        }
        let region: Region
        do throws(RegionError) {
            region = try Region(taking: descriptor.number)
        } catch {
            return turnAway(connection, error.reason, &world)
        }
        if let reason = refusal(of: region, peer) {
            region.close()
            return turnAway(connection, reason, &world)
        }
        let mark: [UInt8]?
        let identifier = StreamID(high: region.identifier.high, low: region.identifier.low)
        do throws(StoreError) {
            mark = try store.regionMark(identifier)
        } catch {
            region.close()
            complain(error)
            return turnAway(connection, "the store cannot be read, try again", &world)
        }
        ring.guests[connection] = nil
        world.keep(descriptor, as: identifier.hexadecimal)
        add(RingProducer(connection, peer, region, mark: mark, at: world.monotonicNow()))
        world.send(Array("attached\n".utf8), to: connection)
    }

    private func add(_ producer: RingProducer) {
        ring.endedRegions.removeAll { $0 == producer.identifier }
        producer.region.set(ring.barrier)
        ring.producers.append(producer)
    }

    /// A region that an agent before this one had: its producer may be gone, or come again with it.
    ///
    /// What is there is read, and then it is let go of. What is not taken is kept no longer; where
    /// the store cannot be read, the next agent tries again.
    func takeUp(
        _ descriptor: FileDescriptor, _ name: String?, _ world: inout some World & ~Copyable
    ) {
        let region: Region
        do throws(RegionError) {
            region = try Region(taking: descriptor.number)
        } catch {
            return letGo(name, "is no region: " + error.reason, &world)
        }
        let identifier = StreamID(high: region.identifier.high, low: region.identifier.low)
        if let name, name != identifier.hexadecimal {
            region.close()
            return letGo(name, "says another name than it is kept under", &world)
        }
        guard !ring.producers.contains(where: { $0.identifier == identifier }) else {
            return region.close()
        }
        do throws(StoreError) {
            let producer = RingProducer(
                nil, nil, region, mark: try store.regionMark(identifier), at: world.monotonicNow())
            producer.leave()
            add(producer)
        } catch {
            region.close()
            complain(error)
        }
    }

    private func letGo(
        _ name: String?, _ fault: String, _ world: inout some World & ~Copyable
    ) {
        Log.line("a descriptor that was kept " + fault)
        if let name { world.forgetKept(name) }
    }

    private func refusal(of region: Region, _ peer: Peer) -> String? {
        let identifier = StreamID(high: region.identifier.high, low: region.identifier.low)
        if ring.bans.contains(identifier, of: peer.userID) {
            return "your memory has broken the rules; make a new region"
        }
        var regionCount = 1
        var byteCount = region.geometry.bytes
        var allBytes = byteCount
        for producer in ring.producers {
            if producer.identifier == identifier {
                return "this region is attached already; try again if it is yours"
            }
            allBytes += producer.region.geometry.bytes
            guard producer.peer?.userID == peer.userID else { continue }
            regionCount += 1
            byteCount += producer.region.geometry.bytes
        }
        if regionCount > Self.regionsMost {
            return "user \(peer.userID) has \(Self.regionsMost) regions attached already"
        }
        if byteCount > Self.regionBytesMost {
            return "the regions of user \(peer.userID) would be longer than "
                + "\(Self.regionBytesMost >> 20) MiB together"
        }
        if allBytes > Self.allRegionBytesMost {
            return "all users' regions would be longer than \(Self.allRegionBytesMost >> 20) MiB"
        }
        return nil
    }

    func turnAway(
        _ connection: ConnectionID, _ reason: String, _ world: inout some World & ~Copyable
    ) {
        world.send(Array("refused: \(reason)\n".utf8), to: connection)
        world.close(connection)
        leaveRing(connection)
    }

    /// A ring connection is over: what its producer has handed over is read to the end.
    func leaveRing(_ connection: ConnectionID) {
        ring.guests[connection] = nil
        for producer in ring.producers where producer.connection == connection {
            producer.leave()
        }
    }
}

extension RegionError {
    /// For whoever handed the region over.
    fileprivate var reason: String {
        switch self {
        case .notSealed: "the memory is not sealed against becoming shorter or longer"
        case .length: "the memory is not as long as its header says"
        case .notRegion: "the memory is no region, or is not finished"
        case .version(let version): "its layout is of version \(version), not 1"
        case .geometry: "its lanes are none that a region may have"
        case .system(let call, let errno):
            switch call {
            case .map: "the memory cannot be mapped: errno \(errno)"
            case .examine, .create, .seal: "the descriptor is no memory: errno \(errno)"
            }
        }
    }
}
