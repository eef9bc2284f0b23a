internal import Agent
internal import Platform
internal import Store

/// Bytes from 0x80 on, through every place where C calls them `char`.
enum Characters {
    static func run(_ list: Checklist, in folder: Folder) {
        list.check("a configuration's text keeps its eighth bits") { probe in
            let text =
                Array("[agent]\ndevice = kiosk-1\nstate_directory = /var/".utf8)
                + probe.carrier.characters("Läden/\u{1F6D2}")
                + Array("\n[collector]\nurl = http://127.0.0.1:1\nwrite_key = abc\n".utf8)
            do throws(ConfigurationError) {
                let configuration = try Configuration(text: text, file: "checks.conf")
                probe.equal(configuration.stateDirectory, "/var/Läden/\u{1F6D2}")
            } catch { probe.differ(error.text, "a configuration") }
        }
        list.check("a path keeps its eighth bits") { probe in
            let name = "Läden \u{1F6D2}"
            let carried = String(decoding: probe.carrier.characters(name), as: UTF8.self)
            do throws(PlatformError) {
                try Directory.create(at: folder.file(carried), permissions: 0o700)
                let status = try FileStatus(at: folder.file(name))
                probe.isTrue(status.kind == .directory, "it is a directory")
                probe.equal(status.permissions, 0o700)
            } catch { probe.differ(error.text, "a directory") }
        }
        list.check("a system's error text is text") { probe in
            // ENOENT is 2 on every Linux.
            let text = probe.carrier.bytes(PlatformError.text(errno: 2))
            probe.equal(text, "No such file or directory")
        }
        list.check("a stored text keeps its eighth bits") { probe in
            let text = String(decoding: probe.carrier.characters("Läden \u{1F6D2}"), as: UTF8.self)
            var scratch = ScratchStore(folder.store("characters"))
            scratch.commit(probe) { $0.texts = [KeptText("notice", text)] }
            scratch.close()
            scratch.with(probe) { (store) throws(StoreError) in
                probe.equal(try store.text("notice") ?? "nothing", "Läden \u{1F6D2}")
            }
        }
    }
}
