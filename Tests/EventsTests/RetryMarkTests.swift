import Events
import SeededText
import Testing

/// What two sendings of one event may differ in: `sentAt` and the retry marks, in their places.
@Suite struct `The comparable text` {
    private func comparable(_ text: String) throws -> String {
        let bytes = Array(text.utf8)
        let fields = try #require(EventFields(bytes))
        return String(decoding: fields.comparable(bytes), as: UTF8.self)
    }

    @Test(
        arguments: [
            (#"{"sentAt":"t"}"#, "{}"), (#"{"sentAt":"t","a":1}"#, #"{"a":1}"#),
            (#"{"a":1,"sentAt":"t"}"#, #"{"a":1}"#),
            (#"{"a":1,"sentAt":"t","b":2}"#, #"{"a":1,"b":2}"#),
            (#"{"sentAt":"t","retryCount":3}"#, "{}"),
            (#"{"sentAt":"t","retryCount":3,"_metadata":{"x":[1,{}]}}"#, "{}"),
            (
                #"{"a":1,"sentAt":null,"retryCount":3,"b":2,"_metadata":[],"c":3}"#,
                #"{"a":1,"b":2,"c":3}"#
            ),
            (#"{"a":1,"sentAt":"t","retryCount":3}"#, #"{"a":1}"#),
            (#"{"sentAt":"t","sentAt":"u","a":1,"sentAt":"v"}"#, #"{"a":1}"#),
            (#"{"context":{"sentAt":"t"}}"#, #"{"context":{}}"#),
            (#"{"context":{"a":1,"sentAt":"t"},"sentAt":1}"#, #"{"context":{"a":1}}"#),
            (#"{"context":{"retryCount":1,"a":1,"sentAt":"t"}}"#, #"{"context":{"a":1}}"#),
            (
                #"{"sentAt":1,"context":{"sentAt":1,"retryCount":1},"retryCount":1}"#,
                #"{"context":{}}"#
            ),
            (
                #"{"context":{"sentAt":1},"context":{"b":1,"retryCount":1}}"#,
                #"{"context":{},"context":{"b":1}}"#
            ),
            (#"{"sent\u0041t":"t","a":"é"}"#, #"{"a":"é"}"#),
        ])
    func `leaves the marks out, each with one comma`(_ sent: String, _ same: String) throws {
        #expect(try comparable(sent) == same)
    }

    @Test(
        arguments: [
            "{}", #"{"a":1}"#, #"{"sentat":1}"#, #"{"sentAt2":1}"#,
            #"{"a":{"sentAt":1,"retryCount":1}}"#,
            #"{"properties":{"sentAt":1,"retryCount":1,"_metadata":1}}"#,
            #"{"context":{"_metadata":1}}"#,
            #"{"context":{"a":{"sentAt":1}}}"#, #"{"context":[{"sentAt":1}]}"#,
            #"{"a":"sentAt","b":["sentAt"]}"#,
            #"{"context":{"context":{"sentAt":1}}}"#, #"{"traits":{"sentAt":1}}"#,
        ])
    func `is the text itself where marks are none or elsewhere`(_ text: String) throws {
        #expect(try comparable(text) == text)
    }

    @Test(arguments: 1...UInt64(300))
    func `of an event with marks put in anywhere is that of the event without`(_ seed: UInt64)
        throws
    {
        var chance = Seeded(seed)
        func strewn(
            _ members: [(name: [UInt32], value: JSONModel)], _ marks: [String]
        ) -> [(name: [UInt32], value: JSONModel)] {
            var members = members
            for _ in 0..<chance.below(4) {
                members.insert(
                    JSONModel.member(chance.pick(marks), .random(&chance, levels: 2)),
                    at: chance.below(members.count + 1))
            }
            return members
        }
        let context = JSONModel.members(&chance, levels: 2)
        let top = JSONModel.members(&chance, levels: 2)
        let place = chance.below(top.count + 1)
        func event(
            _ top: [(name: [UInt32], value: JSONModel)],
            _ context: [(name: [UInt32], value: JSONModel)]
        ) -> [(name: [UInt32], value: JSONModel)] {
            var members = top
            members.insert(JSONModel.member("context", .object(context)), at: place)
            return members
        }
        let plain = JSONModel.object(event(top, context)).canonical
        let marked = JSONModel.object(
            strewn(
                event(top, strewn(context, ["sentAt", "retryCount"])),
                ["sentAt", "retryCount", "_metadata"])
        ).canonical
        let fields = try #require(EventFields(marked))
        #expect(
            fields.comparable(marked) == plain, "\(String(decoding: marked, as: UTF8.self))")
    }
}
