internal import CEventText
internal import Glibc

/// What is handed over: a product was looked at, in a record of 300 bytes.
///
/// Its texts are C's, at addresses of their own, as a program has them. Never freed.
@safe struct ProductEvent {
    let name: UnsafePointer<CChar>
    /// The properties as JSON text.
    let properties: UnsafePointer<CChar>
    let product: product
    /// Whether its price is a whole number of cents.
    let isInCents: Bool

    /// The payload of its record: 8 bytes of time, and the text.
    static let recordBytes = SendLoad.recordBytes
    /// More than its properties have.
    static let textBytesMost = 512

    /// Fills the title until the record is as long as it shall be: `recordBytes` says how long one
    /// with an empty title is.
    init(isInCents: Bool, recordBytes: (ProductEvent) throws -> Int) throws {
        let short = try ProductEvent(isInCents: isInCents, titleBytes: 0)
        let titleBytes = Self.recordBytes - (try recordBytes(short))
        guard titleBytes > 0 else { throw BenchError("the event is too long without a title") }
        self = try ProductEvent(isInCents: isInCents, titleBytes: titleBytes)
    }

    private init(isInCents: Bool, titleBytes: Int) throws {
        guard let name = unsafe strdup("Product Viewed"), let sku = unsafe strdup("21754"),
            let currency = unsafe strdup("EUR"),
            let title = unsafe strdup(String(repeating: "a", count: titleBytes)),
            let text = unsafe strdup(String(repeating: " ", count: Self.textBytesMost))
        else { throw BenchError("no memory") }
        unsafe self.name = UnsafePointer(name)
        unsafe properties = UnsafePointer(text)
        unsafe product = CEventText.product(
            sku: sku, title: title, currency: currency, quantity: 3, price: 5.95, is_new: 1)
        self.isInCents = isInCents
        unsafe _ = write(to: text)
    }

    /// Writes the properties as `snprintf` makes them; how many bytes.
    @inline(__always)
    func write(to text: UnsafeMutablePointer<CChar>) -> Int {
        unsafe withUnsafePointer(to: product) { (product) in
            isInCents
                ? unsafe product_text_in_cents(product, text, Self.textBytesMost)
                : unsafe product_text(product, text, Self.textBytesMost)
        }
    }
}
