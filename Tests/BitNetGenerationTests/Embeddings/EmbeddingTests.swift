import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Texts as vectors.
struct EmbeddingTests {
    /// An embedder: every projection norms its input.
    private static let embedder = "llama-rmsnorm/packed"

    private struct Expected: Decodable {
        struct Case: Decodable {
            let ids: [TokenID]
            let mean, last, mean_unit, last_unit: [Float]
        }
        let tolerance: Float
        let cases: [Case]
    }

    @Test func vectorsAreThoseOfTransformers() async throws {
        let json = try Data(contentsOf: Fixtures.url("llama-rmsnorm/embeddings.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: json)
        let model = try await TestModels.fixture(Self.embedder)
        for item in expected.cases {
            for (pooling, normalized, wanted) in [
                (EmbeddingPooling.mean, false, item.mean), (.last, false, item.last),
                (.mean, true, item.mean_unit), (.last, true, item.last_unit),
            ] {
                let found = try await model.embed(
                    tokens: item.ids, pooling: pooling, normalized: normalized)
                #expect(found.tokenCount == item.ids.count)
                let distance = zip(found.values, wanted).map { abs($0 - $1) }.max() ?? .infinity
                #expect(distance <= expected.tolerance, "\(item.ids.count) tokens, \(pooling)")
            }
        }
    }

    /// The same bits whatever the cut into passes and the threads.
    @Test(arguments: EmbeddingPooling.allCases)
    func vectorsDoNotDependOnChunksOrThreads(pooling: EmbeddingPooling) async throws {
        let tokens = TestModels.prompt(70)
        var vectors: [TextEmbedding] = []
        for (chunk, threads) in [(1, 1), (7, 2), (48, 1), (128, 2)] {
            let model = try await TestModels.fixture(
                Self.embedder, threads: threads, prefillChunk: chunk)
            vectors.append(try await model.embed(tokens: tokens, pooling: pooling))
        }
        #expect(vectors.allSatisfy { $0 == vectors[0] })
        let length = vectors[0].values.reduce(0) { $0 + Double($1) * Double($1) }
        #expect(abs(length - 1) < 1e-6)
    }

    /// Neither do they depend on generations that run at the same time.
    @Test func vectorsDoNotDependOnOthers() async throws {
        let model = try await TestModels.fixture(Self.embedder, prefillChunk: 16)
        let tokens = TestModels.prompt(60)
        let alone = try await model.embed(tokens: tokens)
        async let record = GenerationRecord(
            model.generate(tokens: TestModels.prompt(20, seed: 3), parameters: .likeliest(40)))
        async let others = model.embed(tokens: TestModels.prompt(50, seed: 9))
        #expect(try await model.embed(tokens: tokens) == alone)
        #expect(try await record.result.tokens.count == 40)
        #expect(try await others != alone)
    }

    @Test func aLanguageModelIsRefusedUnlessForced() async throws {
        let model = try await TestModels.bundled()
        #expect(!model.isEmbeddingModel)
        let error = await #expect(throws: GenerationError.self) {
            _ = try await model.embed("In the beginning")
        }
        #expect(error?.code == .noEmbeddings)
        let forced = try await model.embed("In the beginning", allowsAnyModel: true)
        #expect(forced.values.count == model.model.configuration.hiddenSize)
        #expect(
            forced
                == (try await model.embed(
                    "In the beginning", pooling: .mean, allowsAnyModel: true)))
    }

    @Test func textsThatCannotBeEmbedded() async throws {
        let model = try await TestModels.fixture(Self.embedder, contextLength: 16)
        let empty = await #expect(throws: GenerationError.self) {
            _ = try await model.embed(tokens: [])
        }
        #expect(empty?.code == .emptyPrompt)
        let long = await #expect(throws: GenerationError.self) {
            _ = try await model.embed(tokens: TestModels.prompt(17))
        }
        #expect(long?.code == .contextFull)
        await #expect(throws: (any Error).self) { _ = try await model.embed(tokens: [-1]) }
    }

    /// A folder in the layout of sentence-transformers is one for embeddings.
    @Test(arguments: [("mean_tokens", EmbeddingPooling.mean), ("lasttoken", .last)])
    func aFolderMayNameItsPooling(name: String, pooling: EmbeddingPooling) async throws {
        let copy = try FixtureCopy()
        try FileManager.default.createDirectory(
            atPath: copy.folder.path("1_Pooling"), withIntermediateDirectories: true)
        try copy.folder.write(
            Array(#"{"word_embedding_dimension": 256, "pooling_mode_\#(name)": true}"#.utf8),
            to: "1_Pooling/config.json")
        let model = try await TestModels.load(copy.path)
        #expect(model.isEmbeddingModel)
        #expect(model.defaultPooling == pooling)
        #expect(try await model.embed("Hello").values.count == 256)
    }
}
