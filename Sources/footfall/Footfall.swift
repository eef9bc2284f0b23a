internal import Agent

@main
struct Footfall {
    static func main() { Program.main() }
}
