internal import Collector

@main
struct FootfallCollector {
    static func main() {}
}
