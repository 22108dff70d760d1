import BitNetTestSupport
import BitNetTraining
import Testing

@Suite struct TOMLDocumentTests {
    private func parse(_ text: String) throws -> TOMLDocument {
        try TOMLDocument(parsing: Array(text.utf8), file: "run.toml")
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    static let example = """
        # A run.
        name = "small \\u00e9 \\"twin\\"\\n"   # behind a value
        [model]
        depth = 6
        ratio = 1.5
        "head size" = 64
        [schedule]
        learning_rate = 1.5e-3
        steps = 2_000
        decay.first = 0.1
        decay.second = +0
        clip = true
        path = 'C:\\text'
        sizes = [ 1, # one
          2_0,

          -3, ]
        rates = [1, 2.5]
        names = []
        """

    @Test func valuesOfAllKinds() throws {
        let document = try parse(Self.example)
        #expect(try document.string("name") == "small é \"twin\"\n")
        #expect(try document.int("model.depth") == 6)
        #expect(try document.double("model.depth") == 6)
        #expect(try document.double("model.ratio") == 1.5)
        #expect(try document.int("model.\"head size\"") == 64)
        #expect(try document.double("schedule.learning_rate") == 0.0015)
        #expect(try document.int("schedule.steps") == 2000)
        #expect(try document.double("schedule.decay.first") == 0.1)
        #expect(try document.int("schedule.decay.second") == 0)
        #expect(try document.bool("schedule.clip") == true)
        #expect(try document.string("schedule.path") == "C:\\text")
        #expect(try document.ints("schedule.sizes") == [1, 20, -3])
        #expect(try document.doubles("schedule.rates") == [1, 2.5])
        #expect(try document.strings("schedule.names") == [])
        #expect(try document.int("schedule.warm_up") == nil)
        #expect(document.has("model") && document.has("schedule.decay") && !document.has("mod"))
        #expect(document.unread == [])
        try document.refuseUnread()
        #expect(document.keys.prefix(3) == ["name", "model.depth", "model.ratio"])
    }

    @Test func lineEndsAndMarksOfOtherSystems() throws {
        let document = try parse("\u{FEFF}a = 1\r\n# c\r\n[b]\r\nc = [1,\r\n2]\r\n")
        #expect(try document.int("a") == 1)
        #expect(try document.ints("b.c") == [1, 2])
    }

    @Test func errorsOfTypeNameTheLineAndTheKey() throws {
        let document = try parse("\n\nrate = \"high\"\n[t]\nlist = [1,\n 'a']\n")
        #expect(
            message { _ = try document.double("rate") }
                == "run.toml:3: rate: expected a number, found a string")
        #expect(
            message { _ = try document.ints("t.list") }
                == "run.toml:6: t.list: expected an integer in the list, found a string")
        #expect(
            message { _ = try document.ints("rate") }
                == "run.toml:3: rate: expected a list, found a string")
        #expect(
            message { _ = try document.int("t") }
                == "run.toml: t: expected an integer, found a table")
        #expect(
            document.error("rate", "expected less").description == "run.toml:3: rate: expected less"
        )
    }

    @Test func unknownKeysAreRefusedWithTheNearest() throws {
        let document = try parse("[run]\nlearning_rat = 1\n[other]\nwarm_up = 2\n[empty]\n")
        _ = try document.double("run.learning_rate")
        _ = try document.int("run.depth")
        _ = try document.int("schedule.warm_up")
        #expect(document.unread == ["run.learning_rat", "other.warm_up", "empty"])
        #expect(
            message { try document.refuseUnread() }
                == "run.toml:2: unknown key run.learning_rat; did you mean run.learning_rate?")
        _ = try document.double("run.learning_rat")
        #expect(
            message { try document.refuseUnread() }
                == "run.toml:4: unknown key other.warm_up; did you mean schedule.warm_up?")
        _ = try document.int("other.warm_up")
        #expect(
            message { try document.refuseUnread() }
                == "run.toml:5: unknown table empty; remove it")
    }

    @Test func filesThatAreMissingOrFolders() throws {
        #expect(message { _ = try TOMLDocument(path: "/no/run.toml") }.hasPrefix("/no/run.toml: "))
        let folder = try TemporaryFolder()
        #expect(
            message { _ = try TOMLDocument(path: folder.path) }.contains("found a folder"))
        let path = try folder.write(Array("a = 1".utf8), to: "a.toml")
        #expect(try TOMLDocument(path: path).int("a") == 1)
    }
}
