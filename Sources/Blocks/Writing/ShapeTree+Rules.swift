internal import Events

/// Which fields go together, and which strings belong to the shape: the writer's choice alone.
///
/// A reader finds the choice in the block. The words are those of the Segment specification.
extension ShapeTree {
    /// What a visit has in common, and what a product has.
    private enum Group { static let session: UInt8 = 1, product: UInt8 = 2 }

    private static let constantKeys: [StaticString] = ["type", "event", "name", "stage"]
    private static let sessionKeys: [StaticString] = ["anonymousId", "userId"]
    private static let productKeys: [StaticString] = [
        "sku", "product_id", "name", "category", "brand", "variant", "price", "currency",
        "image_url", "url",
    ]

    func isConstant(_ text: [UInt8], _ key: Range<Int>) -> Bool {
        Self.constantKeys.contains { ByteRun.isText(text, key, $0) }
    }

    /// Where the members of an object stand that is a member of `parent`, or an event.
    func area(of key: Range<Int>, in parent: Int32, _ text: [UInt8]) -> Area {
        if parent < 0 { return parent == -1 ? .top : .other }
        return switch fields[Int(parent)].area {
        case .top:
            ByteRun.isText(text, key, "context")
                ? .context : ByteRun.isText(text, key, "properties") ? .properties : .other
        case .context: .context
        case .properties, .other: .other
        }
    }

    /// The group of a field of `parent`; 0 if none.
    func group(
        of key: Range<Int>, _ type: FieldType, in parent: Int32, _ text: [UInt8]
    ) -> UInt8 {
        guard parent >= 0, type.canBeGrouped else { return 0 }
        switch fields[Int(parent)].area {
        case .top:
            return Self.sessionKeys.contains { ByteRun.isText(text, key, $0) } ? Group.session : 0
        case .context: return Group.session
        case .properties:
            return Self.productKeys.contains { ByteRun.isText(text, key, $0) } ? Group.product : 0
        case .other: return 0
        }
    }

    /// The groups that are worth a tuple on a path: two fields of a product, and any of a session.
    func groups(onPathTo end: Int32) -> UInt8 {
        var counts = [0, 0, 0]
        var node = end
        while node >= 0 {
            let field = nodes[Int(node)].field
            if field >= 0 { counts[Int(fields[Int(field)].group)] += 1 }
            node = nodes[Int(node)].parent
        }
        return (counts[1] > 0 ? 1 : 0) | (counts[2] > 1 ? 2 : 0)
    }
}
