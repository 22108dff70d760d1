import BitNetTestSupport
import BitNetTraining
import Foundation
import Testing

/// The check holds for the fixture, and for nothing that differs from it.
@Suite struct TrainingCheckTests {
    /// A change of one expected number, by more than its limit.
    struct Falsification: Sendable, CustomTestStringConvertible {
        var precision = "ternary"
        var number = ""
        var index: Int?
        var file = ""
        var tensor = ""
        var by: Double

        var testDescription: String { "\(precision) \(number) \(file) \(tensor)" }
    }

    static let falsifications: [Falsification] =
        ["ternary", "full_precision"].flatMap { precision in
            [
                Falsification(precision: precision, number: "loss", by: 2e-5),
                Falsification(precision: precision, number: "step_losses", index: 0, by: -2e-4),
                Falsification(precision: precision, number: "step_losses", index: 6, by: 2e-4),
                Falsification(precision: precision, number: "gradient_norms", index: 9, by: 0.01),
            ]
        }
        + [
            Falsification(
                file: "gradients.safetensors", tensor: "model.norm.weight", by: 2e-4),
            Falsification(
                file: "gradients.safetensors",
                tensor: "model.layers.0.self_attn.k_proj.weight", by: -2e-4),
            Falsification(
                precision: "full_precision", file: "gradients-full-precision.safetensors",
                tensor: "model.embed_tokens.weight", by: 2e-4),
            Falsification(
                file: "final.safetensors", tensor: "model.layers.1.mlp.down_proj.weight",
                by: 2e-3),
        ]

    private func failures(_ folder: String) throws -> [TrainingComparison] {
        let check = TrainingCheck(try TrainingFixture(path: folder), try context())
        return try TrainingPrecision.allCases.flatMap { try check.comparisons($0) }
            .filter { !$0.holds }
    }

    /// The folders of `Tests/Fixtures` that `bitnet train check` reads.
    static let folders =
        (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("")))?
        .filter { $0.hasPrefix("training") && $0 != "training-plot" }.sorted() ?? []

    @Test(arguments: folders, [false, true])
    func aFixtureHolds(_ folder: String, _ checkpointing: Bool) throws {
        let check = TrainingCheck(
            try TrainingFixture(path: Fixtures.path(folder)), try context(workers: 2),
            checkpointsActivations: checkpointing)
        for precision in TrainingPrecision.allCases {
            let comparisons = try check.comparisons(precision)
            #expect(comparisons.count > 10)
            #expect(comparisons.filter { !$0.holds }.map(\.subject) == [])
        }
    }

    @Test func thereIsAFixture() { #expect(Self.folders.contains("training")) }

    /// Neither holds as the other: the objective is read, not guessed.
    @Test(arguments: [
        ("training-sft", #""weighted_sum""#, #""other""#),
        ("training-dpo", #""beta": 0.1"#, #""b": 1"#),
    ])
    func objectivesThatAreNoneAreRefused(_ name: String, _ text: String, _ other: String) throws {
        let folder = try TemporaryFolder()
        for file in ["expected.json", "initial.safetensors"] {
            var bytes = try Data(contentsOf: Fixtures.url("\(name)/\(file)"))
            if file == "expected.json" {
                let json = String(decoding: bytes, as: UTF8.self)
                try #require(json.contains(text))
                bytes = Data(json.replacingOccurrences(of: text, with: other).utf8)
            }
            try folder.write(Array(bytes), to: file)
        }
        #expect(throws: TrainingError.self) { try failures(folder.path) }
    }

    @Test(arguments: falsifications)
    func aFalsifiedNumberFails(_ change: Falsification) throws {
        let folder = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(
            atPath: Fixtures.path("training"))
        {
            var bytes = try Data(contentsOf: Fixtures.url("training/\(name)"))
            if name == "expected.json", !change.number.isEmpty {
                bytes = try falsified(bytes, change)
            }
            if name == change.file { try scaleTensor(in: &bytes, change) }
            try folder.write(Array(bytes), to: name)
        }
        let failed = try failures(folder.path)
        #expect(failed.count == 1)
    }

    private func falsified(_ json: Data, _ change: Falsification) throws -> Data {
        var root = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        var run = try #require(root[change.precision] as? [String: Any])
        if let index = change.index {
            var numbers = try #require(run[change.number] as? [Double])
            numbers[index] += change.by
            run[change.number] = numbers
        } else {
            run[change.number] = try #require(run[change.number] as? Double) + change.by
        }
        root[change.precision] = run
        return try JSONSerialization.data(withJSONObject: root)
    }

    /// Multiplies all values of a tensor with 1 + `by`.
    private func scaleTensor(in file: inout Data, _ change: Falsification) throws {
        let size = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
        let header = try #require(
            JSONSerialization.jsonObject(with: file[8..<8 + size]) as? [String: Any])
        let entry = try #require(header[change.tensor] as? [String: Any])
        let offsets = try #require(entry["data_offsets"] as? [Int])
        for start in stride(from: 8 + size + offsets[0], to: 8 + size + offsets[1], by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(file[start + $1]) << (8 * $1) }
            let value = Float(Double(Float(bitPattern: bits)) * (1 + change.by)).bitPattern
            for byte in 0..<4 {
                file[start + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
            }
        }
    }

    @Test func aMissingFolderIsExplained() throws {
        #expect {
            try TrainingFixture(path: "/no/such/folder")
        } throws: { error in
            "\(error)".contains("/no/such/folder") && "\(error)".contains("expected")
        }
    }

    @Test func aMissingTensorIsNamed() throws {
        let folder = try TemporaryFolder()
        for name in ["expected.json", "initial.safetensors"] {
            try folder.write(
                Array(try Data(contentsOf: Fixtures.url("training/\(name)"))), to: name)
        }
        let empty = #"{"__metadata__":{}}      "#
        try folder.write(
            [UInt8(empty.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(empty.utf8),
            to: "gradients.safetensors")
        #expect {
            try failures(folder.path)
        } throws: { error in
            "\(error)".contains("model.embed_tokens.weight")
        }
    }
}
