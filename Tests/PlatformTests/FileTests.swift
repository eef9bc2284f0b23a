import Glibc
@testable import Platform
import Testing

private func write(_ content: String, to path: String, permissions: mode_t = 0o600) {
    let file = unsafe creat(path, permissions)
    unsafe content.utf8CString.withUnsafeBytes { (buffer) in
        _ = unsafe Glibc.write(file, buffer.baseAddress, buffer.count - 1)
    }
    close(file)
}

@Suite struct `Files` {
    let directory = TestDirectory()

    @Test func `are read whole, with who could read them, up to the limit`() throws {
        let path = directory.file("file")
        write("secret\n", to: path, permissions: 0o640)
        let contents = try FileContents(readingAt: path, limitInBytes: 7)
        #expect(text(contents.bytes) == "secret\n")
        #expect(contents.status.kind == .regular)
        #expect(contents.status.permissions == 0o640)
        #expect(contents.status.userID == getuid())
        #expect(contents.status.groupID == getgid())
        #expect(contents.status.byteCount == 7)
        #expect(throws: PlatformError(operation: "read " + path, errno: EFBIG)) {
            try FileContents(readingAt: path, limitInBytes: 6)
        }
    }

    @Test func `are read in as many pieces as it takes`() throws {
        let path = directory.file("file")
        let long = String(repeating: "0123456789abcde\n", count: 10_000)
        write(long, to: path)
        #expect(text(try FileContents(readingAt: path, limitInBytes: 1 << 20).bytes) == long)
    }

    @Test func `say why they cannot be read`() {
        let path = directory.file("file")
        do {
            _ = try FileContents(readingAt: path, limitInBytes: 1)
            Issue.record("read")
        } catch {
            #expect(error.isMissing && !error.isForbidden)
            #expect(error.text == "open \(path): No such file or directory")
        }
        #expect(throws: PlatformError(operation: "read /tmp", errno: EINVAL)) {
            try FileContents(readingAt: "/tmp", limitInBytes: 1)
        }
    }

    @Test func `that are pipes are not waited for`() {
        let path = directory.file("file")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(throws: PlatformError(operation: "read " + path, errno: EINVAL)) {
            try FileContents(readingAt: path, limitInBytes: 1)
        }
    }

    @Test func `can be locked by one at a time, for as long as it lives`() throws {
        let path = directory.file("lock")
        do {
            let first = try FileLock(at: path)
            do {
                _ = try FileLock(at: path)
                Issue.record("locked twice")
            } catch { #expect(error.isHeldElsewhere) }
            _ = consume first
        }
        _ = try FileLock(at: path)
        #expect(try FileStatus(at: path).permissions == 0o600)
    }

    @Test func `lie in directories made with these permissions, whatever the umask`() throws {
        let path = directory.file("made")
        let mask = umask(0o077)
        #expect(try Directory.create(at: path, permissions: 0o750))
        umask(mask)
        #expect(try FileStatus(at: path).permissions == 0o750)
        #expect(try !Directory.create(at: path, permissions: 0o700))
        #expect(try FileStatus(at: path).permissions == 0o750)
        write("", to: directory.file("file"))
        for wrong in [directory.file("file"), directory.file("no/where")] {
            #expect(throws: PlatformError.self) {
                try Directory.create(at: wrong, permissions: 0o700)
            }
        }
    }
}

@Suite struct `Lines of input` {
    let directory = TestDirectory()

    private func lines(_ content: String, limitBytes: Int = 10) throws -> [LineInput.Line] {
        write(content, to: directory.file("file"))
        let file = unsafe open(directory.file("file"), O_RDONLY)
        defer { close(file) }
        var input = LineInput(reading: file, limitBytes: limitBytes)
        var lines: [LineInput.Line] = []
        while let line = try input.next() { lines.append(line) }
        return lines
    }

    @Test(arguments: [
        ("", [LineInput.Line]()),
        ("a", [.whole([97])]),
        ("a\n", [.whole([97])]),
        ("a\n\nb", [.whole([97]), .whole([]), .whole([98])]),
        ("0123456789\n", [.whole(bytes("0123456789"))]),
        ("0123456789A\nb\n", [.tooLong(byteCount: 11), .whole([98])]),
        ("0123456789A", [.tooLong(byteCount: 11)]),
    ])
    func `end in a line feed or at the end`(_ content: String, _ expected: [LineInput.Line]) throws
    {
        #expect(try lines(content) == expected)
    }

    @Test func `may be longer than what is read at once`() throws {
        let long = String(repeating: "x", count: 150_000)
        #expect(
            try lines(long + "\n" + long, limitBytes: 150_000) == [
                .whole(bytes(long)), .whole(bytes(long)),
            ])
        #expect(
            try lines(long + "\nb", limitBytes: 149_999) == [
                .tooLong(byteCount: 150_000), .whole([98]),
            ])
    }
}
