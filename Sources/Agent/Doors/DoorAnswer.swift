internal import Events
internal import Platform

/// The JSON bodies that the HTTP door answers with, which every SDK tried understands.
enum UniversalBody {
    static let success = Array(#"{"success":true,"status":1,"code":200}"#.utf8)

    /// Says what is wrong; `detail` says where, and what to do.
    static func failure(_ status: Int, _ error: String, _ detail: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.beginObject()
        writer.key("success")
        writer.boolean(false)
        writer.key("status")
        writer.number(0)
        writer.key("code")
        writer.number(Int64(status))
        writer.key("error")
        writer.string(error)
        writer.key("message")
        writer.string(error)
        writer.key("detail")
        writer.string(detail)
        writer.endObject()
        return writer.bytes
    }
}

/// An answer that waits for a commit: one text for each way in which that can end.
struct WaitingAnswer {
    var connection: ConnectionID
    var door: Door
    var stored: [UInt8]
    var failed: [UInt8]
    /// Whether the connection ends with this answer.
    var closes: Bool
}
