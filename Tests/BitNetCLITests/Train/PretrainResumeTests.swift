import BitNetTestSupport
import Foundation
import Testing

/// Runs that are killed, interrupted or run in another way give the same losses and the same model.
struct PretrainResumeTests {
    private let fixture: PretrainFixture

    init() throws {
        fixture = try PretrainFixture()
        try fixture.train("whole")
    }

    /// Kills the run as soon as its log has the step; those of checkpoints are being saved then.
    @Test(arguments: [5, 8, 12, 17, 25, 36, 40])
    func killedRunsGoOn(step: Int) async throws {
        let running = try RunningTool(
            fixture.arguments("run", PretrainFixture.recipe + PretrainFixture.intervals))
        let line = "\"step\":\(step),\"loss\""
        while running.status == nil,
            (try? fixture.log("run").contains { $0.contains(line) }) != true
        {}
        running.kill()
        try fixture.resume("run")
        try fixture.expectEqual("run", "whole")
    }

    /// Kills a random number of records further on, until the run comes to its end by itself.
    @Test func manyKillsChangeNothing() throws {
        var generator = SeededGenerator(seed: 7)
        var kills = 0
        while true {
            let start =
                fixture.checkpoints("run").isEmpty
                ? PretrainFixture.recipe + ["--force"] : ["--resume"]
            let before = (try? fixture.log("run").count) ?? 0
            let running = try RunningTool(
                fixture.arguments(
                    "run", start + ["--checkpoint-every", "1", "--eval-every", "5"]))
            let last = before + Int.random(in: 1...4, using: &generator) + kills
            while running.status == nil, ((try? fixture.log("run").count) ?? 0) < last {}
            if running.status == 0 { break }
            running.kill()
            kills += 1
        }
        #expect(kills > 0)
        // A kill behind the last record leaves it to the next run to complete the folder.
        try fixture.resume("run")
        try fixture.expectEqual("run", "whole")
    }

    @Test func interruptedRunsSaveAndGoOn() async throws {
        let running = try RunningTool(
            fixture.arguments(
                "run", PretrainFixture.recipe + ["--checkpoint-every", "1000", "--eval-every", "5"])
        )
        while running.status == nil, (try? fixture.log("run").count > 3) != true {}
        running.interrupt()
        let end = try await running.end()
        #expect(end.status == 0)
        #expect(fixture.checkpoints("run").count == 1)
        try fixture.resume("run")
        try fixture.expectEqual("run", "whole")
    }

    @Test func finishedRunsAreCompleted() throws {
        try FileManager.default.removeItem(atPath: fixture.path("whole/model.safetensors"))
        let log = try fixture.log("whole")
        try fixture.resume("whole")
        #expect(try fixture.log("whole") == log)
        #expect(try fixture.bytes("whole/model.safetensors").count > 0)
    }

    @Test(arguments: ["1", "2", "3"])
    func threadsChangeNothing(count: String) throws {
        try fixture.train("run", ["--threads", count])
        try fixture.expectEqual("run", "whole")
    }

    @Test func threadsMayChangeOnTheWay() throws {
        try fixture.cut("run", at: 8, from: "whole")
        try fixture.resume("run", ["--threads", "3"])
        try fixture.expectEqual("run", "whole")
    }

    /// Sets that the machine lacks are left out.
    @Test(arguments: [
        "scalar", "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "neon", "neon-dotprod",
        "neon-i8mm",
    ])
    func kernelsChangeNothing(name: String) throws {
        let environment = ["BITNET_ISA": name]
        let probe = try CommandLineTool.run(["inspect", "--cpu"], environment: environment)
        guard probe.status == 0 else { return }
        try fixture.train("run", environment: environment)
        try fixture.expectEqual("run", "whole")
    }

    @Test func activationCheckpointsChangeNothing() throws {
        try fixture.train("run", ["--checkpoint-activations"])
        try fixture.expectEqual("run", "whole")
    }

    /// Gradients of tied embeddings are added in another order; later on, roundings to codes make more
    /// of it.
    @Test(arguments: ["1", "32", "96"])
    func piecesChangeTheLastBitsOnly(tokens: String) throws {
        try fixture.train("run", ["--piece-tokens", tokens])
        let pairs = Array(try zip(fixture.losses("run"), fixture.losses("whole")))
        #expect(pairs[0].0 == pairs[0].1)
        #expect(pairs.prefix(3).allSatisfy { abs($0 - $1) < 1e-2 })
    }
}

extension PretrainFixture {
    /// The losses of all steps.
    func losses(_ run: String) throws -> [Double] {
        struct Record: Decodable {
            let loss: Double?
        }
        return try bytes("\(run)/log.jsonl").split(separator: 0x0A).compactMap {
            try JSONDecoder().decode(Record.self, from: $0).loss
        }
    }

    /// A run that `kill -9` ended behind `step`: begun with the recipe of `whole` and stopped there.
    func cut(_ run: String, at step: Int, from whole: String) throws {
        let running = try RunningTool(arguments(run, Self.recipe + Self.intervals))
        while running.status == nil,
            checkpoints(run).last.map({ $0 < "checkpoint-0000000\(step)" }) != false
        {}
        running.kill()
    }
}
