internal import BlockTrials
internal import CFuzzer

/// One trial after another, as libFuzzer makes them up; its page is
/// https://llvm.org/docs/LibFuzzer.html.
@main enum FuzzBlocks {
    // libFuzzer calls from one thread.
    nonisolated(unsafe) private static let trial = BlockTrial()

    static func main() {
        var count = CommandLine.argc
        var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            unsafe CommandLine.unsafeArgv
        _ = unsafe LLVMFuzzerRunDriver(&count, &words) { start, count in
            let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
            if let fault = unsafe FuzzBlocks.trial.fault(of: input) { fatalError(fault) }
            return 0
        }
    }
}
