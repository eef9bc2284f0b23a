internal import Collector

@main
struct FootfallCollector {
    static func main() async { await CollectorCommand.runAndExit() }
}
