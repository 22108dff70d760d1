import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Requests that cannot be met give errors and change nothing.
@Suite struct HostileRequestTests {
    @Test(arguments: [0, -1, Int.min, Int.max, Int.max - 14, 1 << 62, 1 << 48])
    func absurdSizesGiveErrors(_ size: Int) throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        #expect(throws: ModelError.self) { try model.makeCache(capacity: size) }
        #expect(throws: ModelError.self) { try Workspace(model, tokens: size, positions: 8) }
        #expect(throws: ModelError.self) { try Workspace(model, tokens: 8, positions: size) }
    }

    @Test(arguments: [599, -1, Int32.max, .min])
    func tokensOutsideTheVocabularyAreRefused(_ token: Int32) throws {
        let run = try ModelRun(try BitNetModel.fixture("bitnet-odd/packed"), capacity: 8)
        let error = try modelError { _ = try run.append([1, token, 2]) }
        #expect(error?.code == .invalidToken)
        #expect(error?.message.contains("\(token)") == true)
        #expect(run.cache.count == 0)
    }

    @Test func fullContextsAndBatchesAreRefusedAndStayUsable() throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        let run = try ModelRun(model, capacity: 8, batch: 6)
        let first = try run.append([1, 2, 3, 4, 5], step: 5)
        #expect(try modelError { _ = try run.append([6, 7, 8, 9]) }?.code == .contextFull)
        #expect(run.cache.count == 5)
        let rest = try run.append([6, 7, 8])
        #expect(try modelError { _ = try run.append([9]) }?.code == .contextFull)
        let fresh = try ModelRun(model)
        #expect(bits(first + rest) == bits(try fresh.append([1, 2, 3, 4, 5, 6, 7, 8])))
        let tokens = [Int32](repeating: 1, count: 7)
        let wide = try modelError {
            try model.forward(
                [SequenceChunk(cache: fresh.cache, tokens: tokens, outputs: .all)], run.workspace
            ) { _ in }
        }
        #expect(wide?.code == .contextFull)
    }

    @Test func chunksWithoutTokensAreRefused() throws {
        let run = try ModelRun(try BitNetModel.fixture("bitnet-odd/packed"))
        for outputs in [SequenceChunk.Outputs.none, .last, .all] {
            let error = try modelError {
                try run.model.forward(
                    [SequenceChunk(cache: run.cache, tokens: [], outputs: outputs)], run.workspace
                ) { _ in }
            }
            #expect(error?.code == .invalidToken)
        }
        try run.model.forward([], run.workspace) { _ in Issue.record("there is no token") }
    }

    /// A large workspace costs memory and time only as far as it is used.
    @Test func largeContextsAreCheapBeforeUse() throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try Workspace(model, tokens: 4, positions: 1 << 24) }
        #expect(time < .seconds(2))
    }

    #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func mixedUpCachesStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let run = try ModelRun(try BitNetModel.fixture("bitnet-odd/packed"))
            let chunk = SequenceChunk(cache: run.cache, tokens: [1], outputs: .none)
            try run.model.forward([chunk, chunk], run.workspace) { _ in }
        }
        await #expect(processExitsWith: .failure) {
            let run = try ModelRun(try BitNetModel.fixture("bitnet-odd/packed"))
            let other = try ModelRun(try BitNetModel.fixture("bitnet-256/packed"))
            let chunk = SequenceChunk(cache: other.cache, tokens: [1], outputs: .none)
            try run.model.forward([chunk], run.workspace) { _ in }
        }
        await #expect(processExitsWith: .failure) {
            let run = try ModelRun(try BitNetModel.fixture("bitnet-odd/packed"))
            run.cache.truncate(to: 1)
        }
    }
    #endif
}
