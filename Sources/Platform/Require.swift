internal import CPlatform

/// Stops the process when an invariant does not hold, with a sentence on standard error.
///
/// A trap of Embedded Swift leaves no word behind; this leaves file, line and `sentence`. The
/// process ends by SIGABRT. For mistakes of ours alone, never for what came from outside.
@inline(__always)
public func require(
    _ condition: @autoclosure () -> Bool, _ sentence: StaticString,
    _ file: StaticString = #fileID, _ line: UInt = #line
) {
    if !condition() { failRequirement(sentence, file, line) }
}

/// Stops the process for an invariant that does not hold, with a sentence on standard error.
@inline(never)
public func failRequirement(
    _ sentence: StaticString, _ file: StaticString = #fileID, _ line: UInt = #line
) -> Never {
    var message: [UInt8] = []
    file.withUTF8Buffer { (text) in unsafe message.append(contentsOf: text) }
    message.append(contentsOf: ":\(line): ".utf8)
    sentence.withUTF8Buffer { (text) in unsafe message.append(contentsOf: text) }
    StandardStream.error.write(line: message)
    abort()
}
