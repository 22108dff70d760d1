import BitNetTestSupport
import Foundation
import Testing

/// What goes wrong is said, and nothing is lost by it.
struct PretrainFailureTests {
    private let fixture: PretrainFixture

    init() throws { fixture = try PretrainFixture() }

    /// Changes bytes in the middle of a checkpoint, or cuts its end off.
    @Test(arguments: [false, true])
    func damagedCheckpointsGiveWayToOlderOnes(isCut: Bool) throws {
        try fixture.train("whole")
        try fixture.train("run")
        let newest = try #require(fixture.checkpoints("run").last)
        let file = try FileHandle(forUpdating: URL(filePath: fixture.path("run/\(newest)")))
        if isCut {
            try file.truncate(atOffset: 500_000)
        } else {
            try file.seek(toOffset: 500_000)
            try file.write(contentsOf: Data([0x12, 0x34]))
        }
        try file.close()
        let output = try fixture.resume("run")
        #expect(output.errors.contains("\(newest)"))
        #expect(output.errors.contains("resumed behind step 36"))
        try fixture.expectEqual("run", "whole")
        #expect(try fixture.folder.contents().contains("run"))
    }

    @Test func damageOfAllCheckpointsIsAnError() throws {
        try fixture.train("run")
        for name in fixture.checkpoints("run") {
            try Data("no checkpoint".utf8).write(to: URL(filePath: fixture.path("run/\(name)")))
        }
        try fixture.refuses("run", ["--resume"], "checkpoint-00000040.safetensors: ")
    }

    /// Refusals leave the log, the checkpoints and the model as they are.
    @Test func refusalsChangeNothing() throws {
        try fixture.prepare("other", seed: 3)
        try fixture.train("run")
        let files = try contents()
        try fixture.refuses("run", data: "other", ["--resume"], "the run was made with other data")
        try fixture.refuses("run", [], "there is a run already")
        try fixture.refuses("run", ["--force", "--heads", "3"], "3 heads of")
        try fixture.refuses("run", ["--force", "--from", "/no/such"], "no such file or folder")
        try fixture.refuses("run", ["--force", "--length", "100000"], "a sequence of 100000 needs")
        try fixture.refuses("run", ["--force", "--length", "5000"], "the held-out text has")
        #expect(try contents() == files)
    }

    private func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.path("run"))
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try fixture.bytes("run/\($0)")) })
    }

    @Test func runsWithoutCheckpointSaySo() throws {
        try fixture.refuses("run", ["--resume"], "there is no checkpoint to resume from; start")
        try fixture.train("run")
        for name in fixture.checkpoints("run") {
            try FileManager.default.removeItem(atPath: fixture.path("run/\(name)"))
        }
        try fixture.refuses("run", ["--resume"], "ended before its first checkpoint")
    }

    /// Weights that grow a hundredfold with every step overflow.
    @Test func lossesThatAreNoNumbersStopTheRun() throws {
        let recipe = PretrainFixture.recipe + ["--weight-decay", "10", "--warm-up", "0"]
        try fixture.refuses("run", recipe + ["--lr", "10", "--checkpoint-every", "2"], "step ")
        let output = try CommandLineTool.run(
            fixture.arguments("run", ["--resume", "--checkpoint-every", "2"]))
        #expect(output.status == 1)
        #expect(output.errors.contains("resumed behind step "))
        #expect(output.errors.contains("finite"))
        #expect(output.errors.contains("model."))
    }

    /// `ulimit -f` makes writes fail as a full disk does; the log still fits, no checkpoint does.
    @Test func fullDisksLeaveTheLastCheckpoint() throws {
        try fixture.train("whole")
        try fixture.cut("run", at: 8, from: "whole")
        let before = fixture.checkpoints("run")
        let output = try limited(blocks: 512, ["--resume"] + PretrainFixture.intervals)
        #expect(output.status == 1)
        #expect(output.errors.contains("cannot write the file"), "\(output.errors)")
        #expect(fixture.checkpoints("run") == before)
        try fixture.resume("run")
        try fixture.expectEqual("run", "whole")
    }

    /// Runs in a shell that limits files to that many blocks of 512 bytes.
    private func limited(blocks: Int, _ options: [String]) throws -> (status: Int32, errors: String)
    {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            [
                "-c", "ulimit -f \(blocks); exec \"$@\"", "sh", CommandLineTool.executable.path,
            ] + fixture.arguments("run", options)
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationReason == .exit, "ended by a signal")
        return (process.terminationStatus, text)
    }

    @Test func twoProcessesDoNotTrainOneRun() throws {
        let running = try RunningTool(
            fixture.arguments(
                "run", PretrainFixture.recipe + ["--steps", "100000", "--checkpoint-every", "1"]))
        while running.status == nil, fixture.checkpoints("run").isEmpty {}
        for option in ["--resume", "--force"] {
            try fixture.refuses("run", [option], "another process is writing to the file")
        }
        #expect(running.status == nil)
        running.kill()
    }

    @Test(arguments: [
        (["--heads", "0"], "heads: expected 1 to 1024, found 0"),
        (["--steps", "0"], "steps: expected 1 to"), (["--steps=-5"], "steps: expected 1 to"),
        (["--warm-up=-1"], "warm-up: expected 0 to"),
        (["--lr", "1e9"], "lr: expected 0.0 to 10.0"),
        (["--lr", "nan"], "lr: expected"), (["--batch", "0"], "batch: expected 1 to"),
        (["--hidden", "1000000", "--depth", "1000"], "no memory for the model's parameters"),
        (["--head-dim", "3"], "an even width"), (["--depth", "0"], "expected 1 to 1024 layers"),
    ])
    func settingsOutOfRangeAreNamed(options: [String], message: String) throws {
        try fixture.refuses("run", options, message)
        #expect(!FileManager.default.fileExists(atPath: fixture.path("run")))
    }

    @Test func damagedDataIsNamed() throws {
        let tokens = fixture.path("data/train-00000.tokens")
        var bytes = try Data(contentsOf: URL(filePath: tokens))
        bytes[100] ^= 1
        try bytes.write(to: URL(filePath: tokens))
        try fixture.refuses("run", PretrainFixture.recipe, "the file is damaged, prepare the data")
        try FileManager.default.removeItem(atPath: fixture.path("data/dataset.json"))
        try fixture.refuses("run", PretrainFixture.recipe, "there is no dataset.json in it")
        try fixture.refuses("run", data: "no", PretrainFixture.recipe, "there is no dataset.json")
    }
}
