import Agent

@main
struct Footfall {
    static func main() { placeholder() }
}
