/// Where a message's body ends, as its header says.
enum BodyFraming: Hashable, Sendable {
    /// After so many bytes.
    case length(Int64)
    /// After the last chunk.
    case chunked
    /// Nothing is said: no body in a request; until the connection ends in an answer.
    case unsaid

    enum Failure: Error {
        case twoLengths, badLength, lengthWithCoding, unknownCoding
    }

    /// Reads Content-Length and Transfer-Encoding, of which at most one may stand there, once.
    ///
    /// A second length is refused even where both agree: whoever sends two is not to be believed.
    init(_ fields: [HTTPField]) throws(Failure) {
        var length: Int64?
        var isChunked = false
        for field in fields {
            if field.name == "content-length" {
                guard length == nil else { throw .twoLengths }
                let digits = Array(field.value.utf8)
                guard let value = ASCII.decimal(digits[...]) else { throw .badLength }
                length = value
            } else if field.name == "transfer-encoding" {
                guard !isChunked, field.value.lowercased() == "chunked" else {
                    throw .unknownCoding
                }
                isChunked = true
            }
        }
        if length != nil && isChunked { throw .lengthWithCoding }
        if isChunked {
            self = .chunked
        } else if let length {
            self = .length(length)
        } else {
            self = .unsaid
        }
    }
}
