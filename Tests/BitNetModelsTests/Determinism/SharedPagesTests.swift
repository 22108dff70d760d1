import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Sequences that begin with the pages of another give the logits that they have alone.
@Suite struct SharedPagesTests {
    private static let tokens = (0..<700).map { Int32($0 * 37 % 590) }

    @Test(arguments: KeyValueFormat.allCases, [1, 100, 255, 256, 257, 511, 512, 600])
    func sharedBeginningsChangeNothing(_ format: KeyValueFormat, _ shared: Int) throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        let workspace = try Workspace(model, tokens: 64, positions: 700)
        let layout = try #require(model.configuration.keyValueLayout(format))
        let pool = KeyValuePool(layout, pages: 6)
        let first = try Self.cache(pool)
        _ = try Self.append(Self.tokens[..<650], to: first, model, workspace)
        let second = try Self.cache(pool)
        second.adopt(first.memory.pages, count: shared)
        // Both write behind the common beginning, in turns.
        let other = Self.tokens[shared..<shared + 40].map { ($0 + 5) % 590 }
        let branch = try Self.append(other[...], to: second, model, workspace)
        let rest = try Self.append(Self.tokens[650...], to: first, model, workspace)

        let whole = try ModelRun(model, capacity: 700, format: format)
        let expected = try whole.append(Self.tokens)
        #expect(bits(rest) == bits(Array(expected[650...])))
        let alone = try ModelRun(model, capacity: 700, format: format)
        let expectedBranch = try alone.append(Array(Self.tokens[..<shared]) + other)
        #expect(bits(branch) == bits(Array(expectedBranch[shared...])))
    }

    @Test func withoutAPageAPassFailsAndChangesNothing() throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        let workspace = try Workspace(model, tokens: 300, positions: 700)
        let layout = try #require(model.configuration.keyValueLayout(.float32))
        let pool = KeyValuePool(layout, pages: 2)
        let cache = try Self.cache(pool)
        _ = try Self.append(Self.tokens[..<250], to: cache, model, workspace)
        let blocker = pool.page()
        let error = try modelError {
            _ = try Self.append(Self.tokens[250..<300], to: cache, model, workspace)
        }
        #expect(error?.code == .outOfMemory && cache.count == 250)
        withExtendedLifetime(blocker) {}
    }

    private static func cache(_ pool: KeyValuePool) throws -> KVCache {
        KVCache(memory: try #require(KeyValueMemory(pool: pool, capacity: 700)))
    }

    private static func append(
        _ tokens: ArraySlice<Int32>, to cache: KVCache, _ model: BitNetModel,
        _ workspace: Workspace
    ) throws -> [[Float]] {
        var rows: [[Float]] = []
        for start in stride(from: tokens.startIndex, to: tokens.endIndex, by: 50) {
            let chunk = SequenceChunk(
                cache: cache, tokens: Array(tokens[start..<min(start + 50, tokens.endIndex)]),
                outputs: .all)
            try model.forward([chunk], workspace) { rows.append($0.logits) }
        }
        return rows
    }
}
