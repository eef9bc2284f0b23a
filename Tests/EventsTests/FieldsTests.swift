import Events
import Testing

@Suite struct `The members of an event` {
    private func fields(_ text: String) throws -> (EventFields, [UInt8]) {
        let bytes = Array(text.utf8)
        return (try #require(EventFields(bytes)), bytes)
    }

    @Test func `are found each in its place`() throws {
        let (fields, text) = try fields(
            """
            {"type":"track","event":"Order Completed","name":"n","messageId":"m","userId":"u",\
            "anonymousId":"a","timestamp":"t","originalTimestamp":"o","stage":"s","context":\
            {"stage":"cs","sessionId":12,"actor":"ca"},"properties":{"actor":"pa","stage":"ps","revenue":1.50,"total":"2",\
            "currency":"EUR","nps":9}}
            """)
        func said(_ scalar: JSONScalar?) -> String? { scalar?.string(in: text) }
        #expect(said(fields.type) == "track")
        #expect(said(fields.event) == "Order Completed")
        #expect(said(fields.name) == "n")
        #expect(said(fields.messageID) == "m")
        #expect(said(fields.userID) == "u")
        #expect(said(fields.anonymousID) == "a")
        #expect(said(fields.timestamp) == "t")
        #expect(said(fields.originalTimestamp) == "o")
        #expect(said(fields.stage) == "s")
        #expect(said(fields.contextStage) == "cs")
        #expect(said(fields.sessionID) == "12")
        #expect(said(fields.contextActor) == "ca")
        #expect(said(fields.propertiesActor) == "pa")
        #expect(said(fields.propertiesStage) == "ps")
        #expect(said(fields.revenue) == "1.50")
        #expect(said(fields.total) == "2")
        #expect(said(fields.currency) == "EUR")
        #expect(said(fields.nps) == "9")
        #expect(fields.retryMarks.isEmpty)
    }

    @Test func `are not taken from other places`() throws {
        let (fields, _) = try fields(
            """
            {"traits":{"type":"x","event":"x","messageId":"x","stage":"x"},"a":{"context":\
            {"stage":"x","sessionId":"x"},"properties":{"nps":1}},"context":{"properties":{"nps":1},\
            "type":"x","messageId":"x","revenue":1,"a":{"stage":"x","sessionId":"x"}},"properties":\
            {"type":"x","event":"x","userId":"x","context":{"stage":"x"},"sessionId":"x","a":\
            {"revenue":1,"stage":"x"}},"list":[{"type":"x"},["messageId","x"]]}
            """)
        let found = [
            fields.type, fields.event, fields.name, fields.messageID, fields.userID,
            fields.anonymousID, fields.timestamp, fields.originalTimestamp, fields.stage,
            fields.contextStage, fields.sessionID, fields.propertiesStage, fields.revenue,
            fields.total, fields.currency, fields.nps,
        ]
        #expect(found.allSatisfy { $0 == nil })
    }

    @Test func `count as they were said last`() throws {
        let (fields, text) = try fields(
            #"{"event":"a","messageId":"1","event":"b","messageId":{"x":1},"stage":[],"stage":"z"}"#
        )
        #expect(fields.event?.string(in: text) == "b")
        #expect(fields.messageID == nil)
        #expect(fields.stage?.string(in: text) == "z")
    }

    @Test(
        arguments: [
            #"{"properties":{"nps":9,"stage":"x"},"properties":{"total":1}}"#,
            #"{"properties":{"nps":9,"stage":"x"},"properties":{}}"#,
            #"{"properties":{"nps":9,"stage":"x"},"properties":null}"#,
            #"{"properties":{"nps":9,"stage":"x"},"properties":[{"nps":8}]}"#,
        ])
    func `of an object said twice are those of the last one alone`(_ text: String) throws {
        let (fields, _) = try fields(text)
        #expect(fields.nps == nil && fields.propertiesStage == nil)
        let context = text.split(separator: "properties").joined(separator: "context")
            .split(separator: "nps").joined(separator: "sessionId")
        let (contextFields, _) = try self.fields(String(context))
        #expect(contextFields.sessionID == nil && contextFields.contextStage == nil)
    }

    @Test func `are known by escaped names too, and read with escapes undone`() throws {
        let (fields, text) = try fields(
            #"{"\u0074ype":"\u0074rack","mess\u0061geId":"a\"b\\c","c\u006fntext":{"st\u0061ge":"é"}}"#
        )
        #expect(fields.type?.string(in: text) == "track")
        #expect(fields.messageID?.bytes(in: text) == Array(#"a"b\c"#.utf8))
        #expect(fields.contextStage?.string(in: text) == "é")
    }

    @Test func `may be any scalar, and say which`() throws {
        let (fields, text) = try fields(#"{"type":null,"event":5,"name":true,"messageId":""}"#)
        #expect(fields.type?.token.kind == .null)
        #expect(fields.event?.isNumber == true && fields.event?.isString == false)
        #expect(fields.name?.token.kind == .true && fields.name?.isNumber == false)
        #expect(fields.messageID?.isString == true && fields.messageID?.bytes(in: text) == [])
    }

    @Test(arguments: ["[]", "1", "null", #""{}""#, "[{}]"])
    func `are those of an object, of nothing else`(_ text: String) {
        #expect(EventFields(Array(text.utf8)) == nil)
    }
}
