import BitNetTestSupport
import Foundation
import Testing

struct TrainPlotCommandTests {
    private let logs = ["ternary", "full"].map { Fixtures.path("training-plot/\($0).jsonl") }

    private func expectFailure(
        _ arguments: [String], status: Int32 = 1, _ message: String
    ) throws {
        let output = try CommandLineTool.run(["train", "plot"] + arguments)
        #expect(output.status == status, "\(arguments)")
        #expect(output.text == "")
        #expect(output.errors.hasPrefix("error: "), "\(output.errors)")
        #expect(output.errors.contains(message), "\(output.errors)")
    }

    @Test func helpIsAsWritten() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Help/train-plot.txt")
        let output = try CommandLineTool.succeed(["train", "plot", "--help"])
        #expect(output.text == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test func thePictureIsAsPinned() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("curves.svg")
        let options = ["--smooth", "5"]
        let file = try CommandLineTool.succeed(["train", "plot"] + logs + ["-o", path] + options)
        #expect(file.text == "")
        #expect(file.errors == "2 runs, 80 steps drawn\n")
        #expect(try folder.contents() == ["curves.svg"])
        let picture = try String(contentsOfFile: path, encoding: .utf8)
        let pinned = Fixtures.url("training-plot/curves.svg")
        #expect(picture == (try String(contentsOf: pinned, encoding: .utf8)))
        let stream = try CommandLineTool.succeed(["train", "plot"] + logs + ["-o", "-"] + options)
        #expect(stream.text == picture)
    }

    @Test func optionsChangeThePicture() throws {
        let pictures = try [
            [], ["--log-x"], ["--dark"], ["--light"], ["--smooth", "9"], ["--title", "A & B"],
        ].map {
            try CommandLineTool.succeed(["train", "plot"] + logs + ["-o", "-"] + $0).text
        }
        #expect(Set(pictures).count == pictures.count)
        #expect(pictures[0].contains("@media (prefers-color-scheme: dark)"))
        #expect(!pictures[2].contains("@media") && pictures[2].contains("#15171a"))
        #expect(!pictures[3].contains("@media") && pictures[3].contains("#ffffff"))
        #expect(pictures[5].contains("<title>A &amp; B</title>"))
    }

    @Test func logsOfInterruptedRunsAreDrawn() throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: URL(filePath: logs[0]))
        let path = try folder.write([UInt8](whole.dropLast(200)), to: "cut.jsonl")
        let output = try CommandLineTool.succeed(["train", "plot", path, "-o", "-"])
        #expect(output.errors.hasPrefix("1 run, "))
    }

    @Test func filesThatAreNoLogsAreNamed() throws {
        let folder = try TemporaryFolder()
        let picture = folder.path("curves.svg")
        let empty = try folder.write([], to: "empty.jsonl")
        try expectFailure([empty, "-o", picture], "empty.jsonl: the log is empty; train first")
        try expectFailure(logs + [empty, "-o", picture], "empty.jsonl: the log is empty")
        try expectFailure(
            ["/no/log", "-o", picture], "/no/log: cannot open the file: No such file")
        try expectFailure([folder.path, "-o", picture], "expected a file, found a folder")
        for (file, message) in [
            ("README.md", "README.md:1: expected a record of a training log"),
            ("bitnet-256/model-i2_s.gguf", "model-i2_s.gguf:1: "),
        ] {
            try expectFailure(logs + [Fixtures.path(file), "-o", picture], message)
        }
        let twice = try logs.map { try Data(contentsOf: URL(filePath: $0)) }.reduce(Data(), +)
        let mixed = try folder.write([UInt8](twice), to: "mixed.jsonl")
        try expectFailure([mixed, "-o", picture], "mixed.jsonl:47: a second run begins here")
        #expect(try folder.contents() == ["empty.jsonl", "mixed.jsonl"])
    }

    @Test func usageErrors() throws {
        try expectFailure(["-o", "x.svg"], status: 64, "Missing expected argument '<log> ...'")
        try expectFailure(logs, status: 64, "Missing expected argument '--output <path>'")
        try expectFailure(
            logs + ["-o", logs[1]], status: 64, "full.jsonl is a log; choose another")
        for option in [["--smooth", "0"], ["--smooth", "x"], ["--light", "--dark"]] {
            try expectFailure(logs + ["-o", "x.svg"] + option, status: 64, "error: ")
        }
        try expectFailure(logs + ["-o", "/no/folder/x.svg"], "cannot create the file")
    }
}
