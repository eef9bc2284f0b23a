internal import Events
internal import CZlib

/// Events' lines as the store keeps them while they wait: few bytes even for one event alone.
extension BlockWriter {
    /// Before it, the lines stand as they are: a line begins with `{`.
    private static let packed: UInt8 = 1
    private static let prefixBytes = 5

    /// The lines packed, as the page of this module says; as they are where that is not longer.
    public mutating func pack(_ lines: [UInt8]) -> [UInt8] {
        guard lines.count <= Frame.payloadBytesMax,
            let deflated = deflate(lines, PackedLines.dictionary),
            Self.prefixBytes + deflated.count < lines.count
        else { return lines }
        var row = [Self.packed]
        row.reserveCapacity(Self.prefixBytes + deflated.count)
        let count = UInt32(lines.count)
        for shift: UInt32 in [0, 8, 16, 24] {
            row.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        row += deflated
        return row
    }

    /// The lines that were packed, or those of a block's events.
    ///
    /// `limit`: they would be more than a block holds. `inflation`: they are not what was packed.
    /// Of a block whatever ``BlockReader/read(_:)`` says.
    public static func unpack(_ row: [UInt8]) throws(BlockError) -> [UInt8] {
        if Frame.begins(row) {
            var lines: [UInt8] = []
            for event in try BlockReader.read(row).events { Line.append(event, to: &lines) }
            return lines
        }
        guard row.first == packed else { return row }
        guard row.count >= prefixBytes else { throw .short }
        var count: UInt32 = 0
        for index in 1...4 { count |= UInt32(row[index]) << (8 * UInt32(index - 1)) }
        guard count <= UInt32(Frame.payloadBytesMax) else { throw .limit }
        guard
            let (lines, isWhole) = inflated(
                row, in: prefixBytes..<row.count, byteCount: Int(count), PackedLines.dictionary),
            isWhole
        else { throw .inflation }
        return lines
    }
}

/// What packed lines and their reader know beforehand.
enum PackedLines {
    /// The preset dictionary (RFC 1950 §2.2) of packed rows of kind 1.
    ///
    /// Part of the format: rows on disks were packed with these very bytes.
    static let dictionary = unsafe Array(
        UnsafeBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount))

    /// The words of the Segment and e-commerce specifications, the likelier the nearer to the end.
    private static let words: StaticString = #"""
        "alias","previousId":"group","groupId":"identify","traits":{"email":"phone":"true,fa\#
        lse,null"integrations":{},"sentAt":"originalTimestamp":"channel":"browser","library"\#
        :{"name":"version":""campaign":{"source":"medium":"term":"content":"},"userAgent":"t\#
        imezone":"Europe/","screen":{"width":1080,"height":1920,"os":{"app":{"build":"networ\#
        k":{"page":{"path":"/","referrer":"search":"title":"url":"https://www.","properties"\#
        :{"coupon":"discount":"shipping":"tax":"affiliation":"rating":"review":"share_via":"\#
        query":"filters":[{"type":"value":"sorts":[{"uptime_s":"error":"Signed Up","Signed I\#
        n","Product Reviewed","Product Shared","Coupon Applied","Survey Answered","Promotion\#
         Viewed","promotion_id":"creative":"Products Searched","Order Refunded","Cart Viewed\#
        ","Product Removed","Checkout Started","step":1,"Payment Info Entered","payment_meth\#
        od":"card","Order Completed","order_id":"total":"revenue":"products":[{"product_id":\#
        "quantity":1,"variant":"brand":"load_ms":"referrer":"duration_ms":"device":{"id":"na\#
        me":"type":"screen","name":"Home","locale":"en-GB","de-DE","fr-FR","USD","EUR","GBP"\#
        ,"session":1}}}
        {"seq":1,"kind":"identify","stage":null,"loyalty","advocacy","conversion","quality":\#
        "implausible","unsynchronised","mono":1000,"wall":1800000000000,"quality":"synchroni\#
        sed","producer":"0000000000000000","event":{"messageId":"userId":"type":"track","ano\#
        nymousId":"timestamp":"2026-01-01T00:00:00.000Z","event":"Product List Viewed","prop\#
        erties":{"list_id":"category":"count":10},"stage":"awareness","context":{"ip":"conse\#
        nt":"locale":"session":1}}}
        {"seq":2,"kind":"screen","stage":"awareness","mono":1000,"wall":1800000000000,"quali\#
        ty":"synchronised","producer":"0000000000000000","event":{"type":"screen","anonymous\#
        Id":"timestamp":"2026-12-31T12:00:00.000Z","name":"properties":{"load_ms":200},"stag\#
        e":"awareness","context":{"device":{"id":"kiosk-1"},"locale":"en-GB","session":1}}}
        {"seq":3,"kind":"track","stage":"consideration","mono":1000,"wall":1700000000000,"qu\#
        ality":"synchronised","producer":"0000000000000000","event":{"type":"track","anonymo\#
        usId":"timestamp":"2026-12-31T12:00:00.000Z","seq":3,"event":"Product Added","Produc\#
        t Viewed","properties":{"sku":"name":"category":"price":1.00,"currency":"EUR","posit\#
        ion":1},"stage":"consideration","context":{"device":{"id":"kiosk-1"},"consent":"am",\#
        "locale":"en-GB","session":1}}}
        {"seq":4,"kind":"track","stage":"consideration","mono":1000,"wall":1700000000000,
        """#
}
