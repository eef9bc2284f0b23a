internal import CPlatform
internal import Synchronization

/// The memory that one producer process shares with the agent, mapped into this process.
///
/// The memory stays while either side has it mapped or open. Lanes that were opened must be gone
/// before the region is: they point into it.
@safe public struct Region: ~Copyable {
    /// The file in memory, to be handed to the other side; closed with the region.
    public let descriptor: Int32
    /// Lanes and their length, as they were when the region was made or taken.
    public let geometry: RegionGeometry
    /// The region's own id, 128 bits.
    public let identifier: (high: UInt64, low: UInt64)
    private let memory: UnsafeMutableRawPointer

    /// Makes an empty region: the producer's side.
    ///
    /// - Parameters:
    ///   - identifier: random, so that no two regions have the same.
    ///   - process: for people who look at the memory.
    public init(
        making geometry: RegionGeometry, identifier: (high: UInt64, low: UInt64), process: UInt32
    ) throws(RegionError) {
        let descriptor = unsafe platform_memory_open("footfall", Int64(geometry.bytes))
        guard descriptor >= 0 else { throw .last(.create) }
        guard platform_memory_seal(descriptor) == 0 else {
            throw .closing(descriptor, .last(.seal))
        }
        guard let memory = unsafe platform_memory_map(descriptor, geometry.bytes) else {
            throw .closing(descriptor, .last(.map))
        }
        unsafe self.init(descriptor, memory, geometry, identifier)
        set(RegionLayout.versionOffset, RegionLayout.majorVersion | 4096 << 32)
        set(RegionLayout.lanesOffset, UInt64(geometry.lanes) | RegionLayout.recordAlignment << 32)
        set(RegionLayout.strideOffset, UInt64(LaneLayout.stride(capacity: geometry.capacity)))
        set(RegionLayout.capacityOffset, UInt64(geometry.capacity))
        set(RegionLayout.identifierOffset, identifier.high)
        set(RegionLayout.identifierOffset + 8, identifier.low)
        set(RegionLayout.processOffset, UInt64(process))
        // Release: the partner of the acquire in `init(taking:)`; hands over the header.
        unsafe word(RegionLayout.magicOffset).pointee.store(
            RegionLayout.magic, ordering: .releasing)
    }

    /// Takes a region that another process made: the agent's side.
    ///
    /// Each field is read once and checked; what the producer writes there later changes nothing.
    ///
    /// - Parameter descriptor: closed with the region, or now if the region is not taken.
    public init(taking descriptor: Int32) throws(RegionError) {
        let sealed = platform_memory_is_sealed(descriptor)
        guard sealed >= 0 else { throw .closing(descriptor, .last(.examine)) }
        guard sealed == 1 else { throw .closing(descriptor, .notSealed) }
        let bytes = platform_memory_bytes(descriptor)
        // The longest region has 1.1 GB; no shorter one has less than a header.
        guard Int64(RegionLayout.headerBytes)...(2 << 30 - 1) ~= bytes else {
            throw .closing(descriptor, .length)
        }
        guard let memory = unsafe platform_memory_map(descriptor, Int(bytes)) else {
            throw .closing(descriptor, .last(.map))
        }
        do throws(RegionError) {
            let (geometry, identifier) = try unsafe Region.header(memory)
            guard geometry.bytes == Int(bytes) else { throw .length }
            unsafe self.init(descriptor, memory, geometry, identifier)
        } catch {
            _ = unsafe platform_memory_unmap(memory, Int(bytes))
            throw .closing(descriptor, error)
        }
    }

    private init(
        _ descriptor: Int32, _ memory: UnsafeMutableRawPointer, _ geometry: RegionGeometry,
        _ identifier: (high: UInt64, low: UInt64)
    ) {
        self.descriptor = descriptor
        self.geometry = geometry
        self.identifier = identifier
        unsafe self.memory = memory
    }

    deinit {
        _ = unsafe platform_memory_unmap(memory, geometry.bytes)
        _ = platform_close(descriptor)
    }

    /// The writer of a lane, which goes on where the lane ends; nil for a lane that is not there.
    ///
    /// One thread at a time may have a lane's writer; the caller sees to that.
    public func writer(ofLane lane: Int) -> LaneWriter? {
        guard 0..<geometry.lanes ~= lane else { return nil }
        return unsafe LaneWriter(
            lane: memory + geometry.offset(ofLane: lane), capacity: geometry.capacity)
    }

    /// The reader of a lane from a position on; nil for a lane that is not there.
    public func reader(ofLane lane: Int, from position: UInt64 = 0) -> LaneReader? {
        guard 0..<geometry.lanes ~= lane else { return nil }
        return unsafe LaneReader(
            lane: memory + geometry.offset(ofLane: lane), capacity: geometry.capacity,
            from: position)
    }

    private static func header(
        _ memory: UnsafeMutableRawPointer
    ) throws(RegionError) -> (RegionGeometry, (high: UInt64, low: UInt64)) {
        func word(_ offset: Int) -> UInt64 {
            // Acquire: the partner of the release in `init(making:identifier:process:)`; of the
            // magic it is needed, and what comes after it is read but once.
            unsafe (memory + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
                .load(ordering: .acquiring)
        }
        guard word(RegionLayout.magicOffset) == RegionLayout.magic else { throw .notRegion }
        let version = word(RegionLayout.versionOffset)
        guard version & 0xFFFF == RegionLayout.majorVersion else {
            throw .version(UInt16(truncatingIfNeeded: version))
        }
        guard version >> 32 == RegionLayout.headerBytes else { throw .geometry }
        let lanes = word(RegionLayout.lanesOffset)
        let capacity = word(RegionLayout.capacityOffset)
        guard lanes >> 32 == RegionLayout.recordAlignment,
            let geometry = RegionGeometry(
                lanes: Int(truncatingIfNeeded: lanes & 0xFFFF_FFFF),
                capacity: Int(clamping: capacity)),
            word(RegionLayout.strideOffset) == LaneLayout.stride(capacity: geometry.capacity)
        else { throw .geometry }
        return (
            geometry,
            (word(RegionLayout.identifierOffset), word(RegionLayout.identifierOffset + 8))
        )
    }

    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (memory + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private func set(_ offset: Int, _ value: UInt64) {
        // Relaxed: handed over by the magic.
        unsafe word(offset).pointee.store(value, ordering: .relaxed)
    }
}

extension RegionError {
    /// The failure of the call just made.
    fileprivate static func last(_ call: Call) -> RegionError {
        .system(call: call, errno: platform_errno())
    }

    /// An error that a descriptor is closed after.
    fileprivate static func closing(_ descriptor: Int32, _ error: RegionError) -> RegionError {
        _ = platform_close(descriptor)
        return error
    }
}
