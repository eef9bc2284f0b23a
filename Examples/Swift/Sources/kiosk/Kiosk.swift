import FootfallClient
import Foundation

/// One visit to a kiosk, from the first touch to the sale.
@main
struct Kiosk {
    private static func complain(_ words: String) {
        FileHandle.standardError.write(Data("kiosk: \(words)\n".utf8))
    }

    static func main() throws {
        // One for the whole app; the agent may start later, and come back.
        let footfall = try Footfall()
        let total = 11.90
        let answers = [
            footfall.visitStart(),
            footfall.track("Product Viewed", ["sku": "21754", "price": 5.95, "name": "Café"]),
            // Stored at once, and there is room kept for it.
            footfall.track(
                "Order Completed", ["order": 4711, "revenue": .number(total), "currency": "EUR"],
                urgency: .critical),
            footfall.visitEnd(),
        ]
        // A kiosk sells on whatever becomes of an event; who looks after it should hear of it.
        let faults = answers.filter { $0 != .done }
        for fault in faults { complain("\(fault)") }

        // A kiosk that runs all day need not wait. A program that ends at once may end before it
        // has found the agent.
        let isStored = footfall.flush(timeout: .seconds(5))
        if !isStored { complain("the time is over") }
        if let statistics = footfall.statistics {
            print("dropped \(statistics.dropped), not stored yet \(statistics.waitingBytes) bytes")
        }
        exit(faults.isEmpty && isStored ? 0 : 1)
    }
}
