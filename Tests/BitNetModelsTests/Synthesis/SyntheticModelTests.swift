import BitNetCheckpoints
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

@Suite struct SyntheticModelTests {
    private func write(
        _ model: SyntheticModel, _ folder: TemporaryFolder, threads: Int = 1
    ) throws -> String {
        let path = folder.path("\(UUID().uuidString).gguf")
        try model.write(to: path, pool: ComputeContext(threads: threads).pool)
        return path
    }

    @Test(
        arguments: [TensorEncoding.i2_s, .tq2_0, .tq1_0], [TensorEncoding.float16, .q8_0, .q6_K])
    func logitsAreFiniteAndSpread(encoding: TensorEncoding, embedding: TensorEncoding) throws {
        let folder = try TemporaryFolder()
        let model = SyntheticModel(
            shape: .tiny, encoding: encoding, embeddingEncoding: embedding, seed: 3)
        let rows = try LoadedModel(write(model, folder)).logits()
        for row in rows {
            let logits = row.map { Float(bitPattern: $0) }
            let squares = logits.reduce(0) { $0 + $1 * $1 } / Float(logits.count)
            #expect((1...36).contains(squares))
        }
    }

    @Test(arguments: [TensorEncoding.i2_s, .tq2_0, .tq1_0])
    func aThirdOfTheWeightsIsZero(encoding: TensorEncoding) throws {
        let folder = try TemporaryFolder()
        let path = try write(SyntheticModel(shape: .tiny, encoding: encoding), folder)
        var counts: [Int8: Int] = [:]
        for matrix in try LoadedModel(path).ternary() {
            for value in matrix.values.joined() { counts[value, default: 0] += 1 }
        }
        let total = counts.values.reduce(0, +)
        for value: Int8 in [-1, 0, 1] {
            let share = Double(counts[value] ?? 0) / Double(total)
            #expect((0.30...0.37).contains(share), "\(value): \(share)")
        }
    }

    @Test func bytesDependOnTheSeedAndNotOnTheThreads() throws {
        let folder = try TemporaryFolder()
        func bytes(seed: UInt64, threads: Int) throws -> Data {
            let model = SyntheticModel(shape: .tiny, seed: seed)
            return try Data(
                contentsOf: URL(filePath: write(model, folder, threads: threads)))
        }
        let first = try bytes(seed: 1, threads: 1)
        #expect(try bytes(seed: 1, threads: 3) == first)
        #expect(try bytes(seed: 2, threads: 1) != first)
    }

    /// A gate row of -1 in the constant columns is negative for every token.
    @Test func aShareOfTheGatesIsHeldNegative() throws {
        let folder = try TemporaryFolder()
        let path = try write(SyntheticModel(shape: .tiny, feedForwardZeros: 0.8), folder)
        let loaded = try LoadedModel(path)
        for block in loaded.model.blocks {
            guard case .ternary(let gate) = block.feedForward.gate else {
                Issue.record("the gate is not ternary")
                return
            }
            let starts = (0..<gate.weights.rows).map { gate.weights.values(row: $0).prefix(128) }
            let negative = starts.count { $0.allSatisfy { $0 == -1 } }
            #expect(negative + starts.count { $0.allSatisfy { $0 == 0 } } == starts.count)
            #expect((0.5...0.7).contains(Double(negative) / Double(starts.count)))
        }
        #expect(try loaded.logits().joined().allSatisfy { Float(bitPattern: $0).isFinite })
    }

    /// Whole rows of zeros come first here, which must not hide the scale.
    @Test(arguments: [ConversionFormat.f16, .bf16, .packed])
    func convertsExactly(format: ConversionFormat) throws {
        let folder = try TemporaryFolder()
        let path = try write(SyntheticModel(shape: .tiny, feedForwardZeros: 0.8), folder)
        var options = ConversionOptions(format: format)
        options.embeddingEncoding = .float16
        try ModelCheckpoint.convert(path, to: folder.path("out"), options)
        let (before, after) = (try LoadedModel(path), try LoadedModel(folder.path("out")))
        #expect(after.ternary() == before.ternary())
        #expect(try after.logits() == before.logits())
    }

    @Test(arguments: [
        SyntheticModel(shape: .bitNet3B, encoding: .tq2_0),
        SyntheticModel(shape: .bitNet3B, embeddingEncoding: .q6_K),
        SyntheticModel(shape: .tiny, encoding: .float16),
        SyntheticModel(shape: .llama3With8B, feedForwardZeros: 0.8),
        SyntheticModel(shape: .tiny, feedForwardZeros: 0.2),
        SyntheticModel(shape: .tiny, encoding: .tq1_0, feedForwardZeros: 0.8),
    ])
    func impossibleOptionsAreRefused(model: SyntheticModel) throws {
        let folder = try TemporaryFolder()
        #expect(throws: ModelError.self) { try write(model, folder) }
        #expect(try folder.contents().isEmpty)
    }
}
