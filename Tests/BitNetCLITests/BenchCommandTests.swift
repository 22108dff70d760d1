import BitNetTestSupport
import Foundation
import Testing

struct BenchCommandTests {
    private struct Row: Decodable, Equatable {
        let test: String
        let n_prompt: Int
        let n_gen: Int
        let n_depth: Int
        let n_threads: Int
        let n_batch: Int
        let model_n_params: Int
        let avg_ts: Double
        let stddev_ts: Double
        let samples_ts: [Double]
        let samples_ns: [Int]
        let roofline: Use?
        let closed_gates: Double?
        let zero_inputs: Double?
        let profile: [Step]?
    }

    private struct Step: Decodable, Equatable {
        let step: String
        let microseconds: Double
        let bytes_per_second: Double?
    }

    private struct Use: Decodable, Equatable {
        let bound: String
        let achieved: Double
        let peak: Double
        let fraction: Double
        let bytes_per_token: Int
        let multiply_adds_per_token: Int
    }

    private let model = Fixtures.path("bitnet-128/packed")

    private func rows(
        _ options: [String], environment: [String: String] = [:]
    ) throws -> [Row] {
        let output = try CommandLineTool.run(
            ["bench", "-m", model, "-r", "2", "-o", "json"] + options, environment: environment)
        try #require(output.status == 0, "\(output.errors)")
        return try output.json()
    }

    @Test func allCombinationsAreMeasuredInOrder() throws {
        let rows = try rows([
            "-p", "2-8*2", "-n", "3", "-pg", "4,2", "-d", "0,5", "-t", "1", "-b", "4",
        ])
        let tests = ["pp2", "pp4", "pp8", "tg3", "pp4+tg2"]
        #expect(rows.map(\.test) == tests + tests.map { $0 + " @ d5" })
        #expect(rows.map(\.n_depth) == [0, 0, 0, 0, 0, 5, 5, 5, 5, 5])
        #expect(rows.allSatisfy { $0.n_threads == 1 && $0.n_batch == 4 })
    }

    @Test func listsOfThreadsAndBatchesMultiply() throws {
        let rows = try rows(["-p", "2", "-n", "0", "-t", "1-2", "-b", "1,2"])
        #expect(rows.map(\.n_threads) == [1, 1, 2, 2])
        #expect(rows.map(\.n_batch) == [1, 2, 1, 2])
    }

    @Test func speedsFollowFromTimes() throws {
        let row = try #require(try rows(["-p", "0", "-n", "4", "-t", "1"]).first)
        #expect(row.samples_ns.count == 2)
        for (speed, time) in zip(row.samples_ts, row.samples_ns) {
            #expect(abs(speed * Double(time) / 4e9 - 1) < 1e-3)
        }
        let mean = (row.samples_ts[0] + row.samples_ts[1]) / 2
        #expect(abs(row.avg_ts / mean - 1) < 1e-9)
        let deviation = abs(row.samples_ts[0] - row.samples_ts[1]) / 2.0.squareRoot()
        #expect(abs(row.stddev_ts - deviation) <= 1e-6 * mean)
    }

    /// Zeros save bytes where they are left out, and only there.
    @Test(arguments: ["always", "never"])
    func rooflineNamesTheBoundOfEachRow(_ skipping: String) throws {
        let rows = try rows(
            ["-p", "8", "-n", "4", "-pg", "4,2", "-t", "1", "--roofline"],
            environment: ["BITNET_SKIP": skipping])
        #expect(
            rows.map(\.roofline?.bound) == ["int8_multiply_adds", "read_bandwidth", nil])
        // 3 layers of 128 x (128 + 32 + 32 + 128 + 3 x 256) weights.
        let prompt = try #require(rows[0].roofline)
        #expect(abs(prompt.achieved / (417_792 * rows[0].avg_ts) - 1) < 1e-9)
        #expect(abs(prompt.fraction - prompt.achieved / prompt.peak) < 1e-12)
        // Two bits a weight, rows and columns padded to 256, without those that are left out; an
        // embedding of 599 x 128 in 16 bits; and on average 2.5 positions of 3 layers' keys and values
        // of 32 values in 16 bits.
        let generation = try #require(rows[1].roofline)
        let closed = try #require(rows[1].closed_gates)
        let zero = try #require(rows[1].zero_inputs)
        let heads = Double((128 + 32 + 32 + 128) * 64)
        let saved = skipping == "always" ? closed + zero : 0
        let feedForward = Double(256 * 64) * (3 - saved)
        let weights = 3 * (heads + feedForward) + Double(599 * 128 * 2)
        let bytes = (weights + 2.5 * Double(3 * 32 * 2 * 2)).rounded(.up)
        #expect(abs(Double(generation.bytes_per_token) - bytes) <= 2)
        #expect(
            abs(generation.achieved / (Double(generation.bytes_per_token) * rows[1].avg_ts) - 1)
                < 1e-9)
    }

    @Test func profilesAddUpToARun() throws {
        let rows = try rows(["-p", "8", "-n", "16", "-t", "1", "--profile"])
        for row in rows {
            let profile = try #require(row.profile)
            #expect(profile.map(\.step).first == "embedding")
            #expect(Set(profile.map(\.step)).count == 9)
            #expect(profile.allSatisfy { $0.microseconds > 0 })
            // Weights, or the cache, are streamed where tokens come one by one.
            let streamed = profile.filter { $0.bytes_per_second != nil }.map(\.step)
            #expect(
                streamed
                    == (row.n_gen == 0
                        ? []
                        : [
                            "query, key, value", "attention", "attention output", "gate and up",
                            "down", "output head",
                        ]))
        }
        let table = try CommandLineTool.succeed([
            "bench", "-m", model, "-p", "4", "-n", "2", "-r", "1", "-t", "1", "--profile",
        ])
        #expect(table.text.contains("| gate and up "))
    }

    @Test func tableHasARowForEachTest() throws {
        let output = try CommandLineTool.succeed([
            "bench", "-m", model, "-p", "4", "-n", "2", "-r", "1", "-t", "1",
        ])
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("| model "))
        #expect(lines[1].hasPrefix("|---"))
        #expect(lines[2].contains(" pp4 |"))
        #expect(lines[3].contains(" tg2 |"))
        #expect(Set(lines.prefix(2).map { $0.filter { $0 == "|" }.count }).count == 1)
    }

    @Test func listsOfOtherProgramsCanBeRead() throws {
        let options = ["bench", "-m", model, "-p", "4", "-n", "2", "-r", "1", "-t", "1", "-o"]
        let csv = try CommandLineTool.succeed(options + ["csv"]).text.split(separator: "\n")
        #expect(csv.count == 3)
        #expect(Set(csv.map { $0.split(separator: ",").count }).count == 1)
        let lines = try CommandLineTool.succeed(options + ["jsonl"]).text.split(separator: "\n")
        let rows = try lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
        #expect(rows.map(\.test) == ["pp4", "tg2"])
        // 417,792 in projections, the embedding, the norms.
        let norms = 128 + 3 * (3 * 128 + 256)
        #expect(rows[0].model_n_params == 417_792 + 599 * 128 + norms)
    }

    @Test(arguments: [
        ["-p", "4-"], ["-p", "-4"], ["-p", "4-2"], ["-p", "1-8*1"], ["-p", "0-8*2"], ["-p", "x"],
        ["-p", "1-8+0"], ["-p", "1-99999"], ["-p", "1,,2"], ["-pg", "4"], ["-pg", "0,4"],
        ["-p", "0", "-n", "0"], ["-t", "0"], ["-b", "0"], ["-r", "0"], ["-o", "xml"],
    ])
    func badListsAreUsageErrors(options: [String]) throws {
        let output = try CommandLineTool.run(["bench", "-m", model] + options)
        #expect(output.status == 64)
        #expect(output.errors.hasPrefix("error: "))
        #expect(output.text == "")
    }

    private struct Answer: Decodable {
        let ready: Bool?
        let seconds: Double?
        let memory: Int?
    }

    @Test func requestsAreAnsweredLineByLine() throws {
        let input = """
            {"prompt": 8}
            {"generation": 3, "depth": 5}
            {"prompt": 2, "generation": 1, "depth": 9}

            """
        let output = try CommandLineTool.succeed(
            ["bench", "-m", model, "--requests", "12", "-t", "1"], input: Data(input.utf8))
        let answers = try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
        #expect(answers.count == 4)
        #expect(answers[0].ready == true)
        #expect(answers[1...].allSatisfy { ($0.seconds ?? 0) > 0 && ($0.memory ?? 0) > 0 })
    }

    @Test(arguments: [
        "{}", "{\"prompt\": 13}", "{\"prompt\": -1}", "{\"depth\": 12}", "tokens", "",
        "{\"prompt\": 9223372036854775807, \"depth\": 9223372036854775807}",
    ])
    func requestsThatCanNotBeRunAreExplained(line: String) throws {
        let output = try CommandLineTool.run(
            ["bench", "-m", model, "--requests", "12"], input: Data((line + "\n").utf8))
        #expect(output.status == 1)
        #expect(output.errors.contains("line 1: expected"))
    }

    @Test(arguments: [["--requests", "0"], ["--requests", "9", "-t", "1,2"]])
    func requestsTakeOneOfEach(options: [String]) throws {
        #expect(try CommandLineTool.run(["bench", "-m", model] + options).status == 64)
    }
}
