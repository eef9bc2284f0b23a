// An ordinary Swift program with a runtime of its own, linked with the library in C:
//
//     Host FOLDER
//
// Classes, texts and a dictionary are taken, shared and given back in eight tasks at once, between
// the library's calls: had the library functions of a runtime that are seen from outside, the
// program would call those.
import CFootfall

final class Shelf: Sendable {
    let names: [String: [String]]
    init(_ count: Int) {
        names = Dictionary(
            uniqueKeysWithValues: (0..<count).map { number in
                ("shelf \(number)", (0...number).map { "a rather long name of article \($0)" })
            })
    }
}

enum Fault: Error { case status(footfall_status) }

func fill(_ client: footfall, _ shelf: Shelf, task: Int) throws -> Int {
    var length = 0
    for number in 0..<200 {
        let names = shelf.names["shelf \(number % 20)"] ?? []
        length += names.map(\.count).reduce(0, +)
        let properties = "{\"task\":\(task),\"number\":\(number),\"articles\":\(names.count)}"
        var status = footfall_track(client, "Shelf Filled", properties, 0)
        while status == Int32(FOOTFALL_FULL) {
            footfall_flush(client, 1000)
            status = footfall_track(client, "Shelf Filled", properties, 0)
        }
        guard status == Int32(FOOTFALL_OK) else { throw Fault.status(status) }
    }
    return length
}

@main
struct Host {
    static func main() async throws {
        var client: footfall = 0
        let opened = CommandLine.arguments[1].withCString { folder in
            var options = footfall_options()
            options.size = UInt32(MemoryLayout<footfall_options>.size)
            options.runtime_directory = folder
            return footfall_open(&options, &client)
        }
        guard opened == Int32(FOOTFALL_OK) else { throw Fault.status(opened) }
        let shelf = Shelf(20)
        let open = client
        let length = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask { try fill(open, shelf, task: task) }
            }
            return try await group.reduce(0, +)
        }
        let flushed = footfall_flush(client, 30000)
        guard flushed == Int32(FOOTFALL_OK) else { throw Fault.status(flushed) }
        footfall_close(client)
        print(length)
    }
}
