import BitNetTestSupport
import BitNetTraining
import Foundation
import Testing

@Suite struct RunLogTests {
    static let header = RunHeader(
        name: "tiny \"ä\"\u{1}\n", precision: .ternary, parameters: 1_234_567, steps: 20,
        batchTokens: 1024, seed: .max,
        extra: [
            RunMember("depth", 4), RunMember("text", "a"), RunMember("rate", 0.1),
            RunMember("tied", true),
        ])

    static func step(_ number: Int, loss: Double = 0.1 + 0.2) -> RunRecord {
        .step(
            StepRecord(
                step: number, loss: loss, learningRate: 1.5e-3, weightDecay: 0.1,
                gradientNorm: 1e-300, tokens: 1024 * number, seconds: 1.25,
                tokensPerSecond: 4500))
    }

    static func evaluation(_ number: Int) -> RunRecord {
        .evaluation(EvaluationRecord(step: number, heldOutLoss: 3.5, perplexity: 33.1))
    }

    static let records: [RunRecord] =
        [.run(header)] + (1...6).map { step($0) } + [evaluation(6)]
        + (7...9).map { step($0) } + [evaluation(9), .end(EndRecord(extra: [RunMember("x", 1)]))]

    private func read(_ path: String) throws -> [RunRecord] {
        var reader = try RunLogReader(path: path)
        var records: [RunRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private func written(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("log.jsonl")
        let log = try RunLog.open(path, resumingAt: nil)
        #expect(!log.hasHeader)
        for record in Self.records { try log.append(record) }
        return path
    }

    private func error(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func linesAreAsDocumented() {
        #expect(
            Self.records[0].line == """
                {"kind":"run","name":"tiny \\"ä\\"\\u0001\\n","precision":"ternary",\
                "parameters":1234567,"steps":20,"batch_tokens":1024,"seed":18446744073709551615,\
                "depth":4,"text":"a","rate":0.1,"tied":true}

                """)
        #expect(
            Self.records[1].line == """
                {"kind":"step","step":1,"loss":0.30000000000000004,"learning_rate":0.0015,\
                "weight_decay":0.1,"gradient_norm":1e-300,"tokens":1024,"seconds":1.25,\
                "tokens_per_second":4500.0}

                """)
        #expect(
            Self.evaluation(6).line == """
                {"kind":"evaluation","step":6,"held_out_loss":3.5,"perplexity":33.1}

                """)
        #expect(RunRecord.end(EndRecord()).line == "{\"kind\":\"end\"}\n")
        #expect(Self.step(1, loss: .infinity).line.contains("\"loss\":null,"))
    }

    @Test func whatIsWrittenIsRead() throws {
        let folder = try TemporaryFolder()
        #expect(try read(written(folder)) == Self.records)
        let log = try RunLog.open(folder.path("nan.jsonl"), resumingAt: 5)
        try log.append(Self.step(1, loss: .nan))
        guard case .step(let step) = try read(folder.path("nan.jsonl"))[0] else {
            Issue.record("no step")
            return
        }
        #expect(step.loss.isNaN)
    }

    /// Wherever a kill cuts the file, all complete lines are read and resuming writes on behind
    /// them.
    @Test func aLogCutAnywhereIsReadAndResumed() throws {
        let folder = try TemporaryFolder()
        let whole = try [UInt8](Data(contentsOf: URL(filePath: written(folder))))
        for size in 0...whole.count where size % 5 == 0 || near(whole, size) {
            let path = try folder.write(Array(whole.prefix(size)), to: "cut.jsonl")
            let complete = whole.prefix(size).count { $0 == 0x0A }
            #expect(try read(path) == Array(Self.records.prefix(complete)))
            let log = try RunLog.open(path, resumingAt: 6)
            #expect(log.hasHeader == (complete > 0))
            try log.append(Self.step(7))
            let expected = Self.records.prefix(min(complete, 8)) + [Self.step(7)]
            #expect(try read(path) == Array(expected))
        }
    }

    /// Whether a line ends at or beside a size.
    private func near(_ bytes: [UInt8], _ size: Int) -> Bool {
        bytes[max(0, size - 2)..<min(size + 1, bytes.count)].contains(0x0A)
    }

    @Test(arguments: [(0, 1), (1, 2), (5, 6), (6, 8), (8, 10), (9, 12), (100, 12)])
    func resumingCutsLaterRecords(step: Int, kept: Int) throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        #expect(try RunLog.open(path, resumingAt: step).hasHeader)
        #expect(try read(path) == Array(Self.records.prefix(kept)))
    }

    @Test func existingLogsAreNotOverwritten() throws {
        let folder = try TemporaryFolder()
        let path = try written(folder)
        #expect(
            error { _ = try RunLog.open(path, resumingAt: nil) }
                == "\(path): the log already holds a run; resume that run, or choose another place"
        )
        #expect(try read(path) == Self.records)
        try folder.write([], to: "empty")
        #expect(try !RunLog.open(folder.path("empty"), resumingAt: nil).hasHeader)
    }

    @Test func otherFilesAreNeitherReadNorCut() throws {
        let folder = try TemporaryFolder()
        for bytes in [Array("GGUF".utf8), [0, 1, 2], [UInt8](repeating: 0x7B, count: 3_000_000)] {
            let path = try folder.write(bytes, to: "other")
            #expect(
                error { _ = try RunLog.open(path, resumingAt: 3) }.contains(
                    "expected a training log"))
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == bytes)
        }
        #expect(error { _ = try RunLog.open(folder.path, resumingAt: 3) }.contains("a folder"))
        #expect(error { _ = try RunLog.open("/no/a/b", resumingAt: 3) }.contains("/no/a/b: cannot"))
        #expect(error { _ = try RunLogReader(path: "/no/a") }.hasPrefix("/no/a: cannot open"))
    }

    static let damages: [(line: String, error: String)] = [
        ("hello", "expected a record of a training log, of the kind run, step"),
        ("[1]", "found no member \"kind\""),
        ("{\"kind\":\"walk\"}", "found the kind \"walk\""),
        ("{\"kind\":\"step\",\"step\":1}", "\"loss\" of the step record is missing; expected a"),
        ("{\"kind\":\"step\",\"step\":-1}", "\"step\" of the step record has another value"),
        ("{\"kind\":\"step\",\"step\":1.5}", "expected a whole number from 0 to 2^53"),
        ("{\"kind\":\"evaluation\",\"step\":1,\"held_out_loss\":\"x\"}", "a number or null"),
        ("{\"kind\":\"run\",\"precision\":\"half\"}", "expected ternary or full"),
        ("{\"kind\":\"run\"", "the end of the file at byte 13"),
    ]

    @Test(arguments: damages)
    func damagedLinesAreNamed(line: String, expected: String) throws {
        let folder = try TemporaryFolder()
        let text = Self.records[0].line + "\n" + line + "\n" + Self.records[1].line
        let path = try folder.write(Array(text.utf8), to: "log.jsonl")
        let found = error { _ = try read(path) }
        #expect(found.hasPrefix("\(path):3: "), "\(found)")
        #expect(found.contains(expected), "\(found)")
    }
}
