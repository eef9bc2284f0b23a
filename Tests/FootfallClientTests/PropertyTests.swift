import Foundation
import Testing

@testable import FootfallClient

@Suite struct `An event` {
    private static let examples: [(Properties, String)] = [
        (
            ["sku": "A-1", "price": 5.95, "new": true, "count": 3, "note": nil],
            #"{"sku":"A-1","price":5.95,"new":true,"count":3,"note":null}"#
        ),
        ([:], "{}"),
        (
            ["items": [["sku": "A"], ["sku": "B", "tags": []]], "empty": [:]],
            #"{"items":[{"sku":"A"},{"sku":"B","tags":[]}],"empty":{}}"#
        ),
        (
            ["a\"b": "\u{0}\u{8}\n\u{1F}\\ ü 🛒"],
            #"{"a\"b":"\u0000\u0008\u000a\u001f\\ ü 🛒"}"#
        ),
        (
            ["least": .integer(.min), "most": .integer(.max)],
            #"{"least":-9223372036854775808,"most":9223372036854775807}"#
        ),
        (
            ["not": .number(.nan), "above": .number(.infinity), "below": -0.0],
            #"{"not":null,"above":null,"below":-0.0}"#
        ),
        (["b": 1, "a": 2], #"{"b":1,"a":2}"#),
    ]

    @Test(arguments: examples)
    func `has its properties as one JSON object, in their order`(
        _ properties: Properties, _ text: String
    ) throws {
        let json = try #require(properties.json)
        #expect(String(decoding: json, as: UTF8.self) == text)
    }

    @Test func `has numbers that read back as what they were`() throws {
        var values: [Double] = [
            .pi, 1e300, -1e-300, .leastNonzeroMagnitude, 0.1 + 0.2, 1e16, 123_456_789_012,
        ]
        values += (0..<1000).map { _ in
            Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000))
        }
        let properties: Properties = ["values": .array(values.map { .number($0) })]
        let json = try #require(properties.json)
        let read = try JSONDecoder().decode([String: [Double]].self, from: Data(json))
        let wrong = zip(values, read["values"] ?? []).filter { $0 != $1 }
        #expect(wrong.isEmpty && read["values"]?.count == values.count)
    }

    @Test func `is refused where it is deeper than a stack is sure to bear`() {
        func nested(_ levels: Int, _ nest: (PropertyValue) -> PropertyValue) -> Properties {
            var value: PropertyValue = 1
            for _ in 0..<levels { value = nest(value) }
            return ["deep": value]
        }
        for nest in [{ [$0] }, { ["a": $0] }] as [(PropertyValue) -> PropertyValue] {
            #expect(nested(199, nest).json?.count ?? 0 > 199)
            #expect(nested(200, nest).json == nil)
            #expect(nested(5000, nest).json == nil)
        }
    }

    @Test func `has properties that change by name`() {
        var properties: Properties = ["a": 1, "b": 2, "a": 3]
        #expect(properties["a"] == 3)
        properties["a"] = "new"
        properties["b"] = nil
        #expect(properties == ["a": "new"] && properties["b"] == nil)
    }
}
