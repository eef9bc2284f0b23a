internal import CPlatform
internal import Synchronization

/// The memory that one producer process shares with the agent, mapped into this process.
///
/// The memory stays while either side has it mapped or open. Copies mean the same memory; one owner
/// closes it, once, and neither copies nor lanes may be used after that. Nothing of what a producer
/// calls here allocates or traps: the memory is another program's guest.
@safe public struct Region {
    /// The file in memory, to be handed to the other side; nil for a region that was taken.
    ///
    /// Closed with the region.
    public let descriptor: Int32?
    /// Lanes and their length, as they were when the region was made or taken.
    public let geometry: RegionGeometry
    /// The region's own id, 128 bits.
    public let identifier: (high: UInt64, low: UInt64)
    let memory: UnsafeMutableRawPointer

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
        self.descriptor = descriptor
        self.geometry = geometry
        self.identifier = identifier
        unsafe self.memory = memory
        set(RegionLayout.versionOffset, RegionLayout.majorVersion | 4096 << 32)
        let lanes = Self.word(geometry.lanes)
        set(RegionLayout.lanesOffset, lanes | RegionLayout.recordAlignment << 32)
        let stride = LaneLayout.stride(capacity: geometry.capacity)
        set(RegionLayout.strideOffset, Self.word(stride))
        set(RegionLayout.capacityOffset, Self.word(geometry.capacity))
        set(RegionLayout.identifierOffset, identifier.high)
        set(RegionLayout.identifierOffset + 8, identifier.low)
        set(RegionLayout.processOffset, UInt64(process))
        // Until an agent says that its barrier does without: who has not seen its word yet must
        // not do without by mistake.
        set(RegionLayout.fencesOffset, 1)
        // Release: the partner of the acquire in `init(taking:)`; hands over the header.
        unsafe word(RegionLayout.magicOffset).pointee.store(
            RegionLayout.magic, ordering: .releasing)
    }

    /// Takes a region that another process made: the agent's side.
    ///
    /// Each field is read once and checked; what the producer writes there later changes nothing.
    ///
    /// - Parameter shared: the descriptor, the caller's to close, now or later.
    public init(taking shared: Int32) throws(RegionError) {
        let sealed = platform_memory_is_sealed(shared)
        guard sealed >= 0 else { throw .last(.examine) }
        guard sealed == 1 else { throw .notSealed }
        let bytes = platform_memory_bytes(shared)
        // The longest region has 1.1 GB; no shorter one has less than a header.
        guard Int64(RegionLayout.headerBytes)...(2 << 30 - 1) ~= bytes else {
            throw .length
        }
        guard let memory = unsafe platform_memory_map(shared, Int(bytes)) else {
            throw .last(.map)
        }
        do throws(RegionError) {
            (geometry, identifier) = try unsafe Region.header(memory)
            guard geometry.bytes == Int(bytes) else { throw .length }
            descriptor = nil
            unsafe self.memory = memory
        } catch {
            _ = unsafe platform_memory_unmap(memory, Int(bytes))
            throw error
        }
    }

    /// Unmaps the memory and closes the descriptor; by the owner, once.
    public func close() {
        _ = unsafe platform_memory_unmap(memory, geometry.bytes)
        if let descriptor { _ = platform_close(descriptor) }
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

    private static func word(_ value: Int) -> UInt64 { UInt64(truncatingIfNeeded: value) }

    func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (memory + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    func set(_ offset: Int, _ value: UInt64) {
        // Relaxed: of the header, handed over by the magic; of the rest, a setting.
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
