import BitNetTensors
import BitNetTestSupport
import Testing

/// The quantised output head: candidates are chosen without changing a logit.
@Suite struct QuantizedHeadTests {
    private static let rows = 3000
    private static let columns = 200

    @Test(arguments: [8, 4]) func candidatesHaveTheLogitsOfTheWholeHead(_ bits: Int) throws {
        for context in try testContexts() {
            let head = try head(Self.weights(seed: 1), bits: bits, context)
            let scratch = try #require(HeadScratch(head, workers: context.pool.workers))
            let out = try room(Self.rows)
            for seed in 0..<12 {
                let x = try buffer(randomFloats(Self.columns, limit: 3, seed: UInt64(seed)))
                context.multiply(head, x, tokens: 1, into: out, scratch)
                let all = out.all
                for count in [1, 2, 40, 500] {
                    let including: [Int32] = count == 2 ? [] : [0, 1234, Int32(Self.rows - 1)]
                    context.select(0, count: count, including: including, head, x, row: 0, scratch)
                    context.select(1, count: 3, including: [], head, x, row: 0, scratch)
                    context.greatest(2, head, scratch)
                    let found = scratch.found(0)
                    #expect(Set(scratch.found(1).tokens).isSuperset(of: Self.greatest(3, of: all)))
                    #expect(found.tokens == found.tokens.sorted())
                    #expect(sameBits(found.logits, found.tokens.map { all[Int($0)] }))
                    #expect(Set(found.tokens).isSuperset(of: Self.greatest(count, of: all)))
                    #expect(Set(found.tokens).isSuperset(of: including))
                }
            }
        }
    }

    /// Every kernel set and number of threads gives the same bits.
    @Test func logitsDoNotDependOnTheContext() throws {
        let x = try buffer(randomFloats(2 * Self.columns, limit: 2, seed: 3))
        var expected: [Float]?
        for context in try testContexts() {
            let head = try head(Self.weights(seed: 2), bits: 8, context)
            let scratch = try #require(HeadScratch(head, workers: context.pool.workers))
            let out = try room(2 * Self.rows)
            context.multiply(head, x, tokens: 2, into: out, scratch)
            #expect(sameBits(out.all, expected ?? out.all), "\(context.kernels.name)")
            expected = out.all
        }
    }

    /// Half a level of 119 for each weight, at most.
    @Test func logitsAreNearThoseOfTheWeights() throws {
        let context = try #require(try testContexts().first)
        let weights = Self.weights(seed: 4)
        let norm = randomFloats(Self.columns, seed: 5)
        let head = try head(weights, norm: norm, bits: 8, context)
        let scratch = try #require(HeadScratch(head, workers: 1))
        let x = randomFloats(Self.columns, limit: 3, seed: 6)
        let out = try room(Self.rows)
        context.multiply(head, try buffer(x), tokens: 1, into: out, scratch)
        for row in 0..<Self.rows {
            let values = (0..<Self.columns).map { weights[row * Self.columns + $0] * norm[$0] }
            let truth = zip(values, x).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let step = Double(values.reduce(0) { max($0, abs($1)) }) / 119
            let bound = x.reduce(0.0) { $0 + Double(abs($1)) } * step * 0.505
            #expect(abs(Double(out[row]) - truth) <= bound)
        }
    }

    /// Rounding errors that repeat the weights' signs are no noise: both planes are always read.
    @Test func weightsOfFewLevelsAreNotChosenByOnePlane() throws {
        let context = try #require(try testContexts().first)
        var generator = SeededGenerator(seed: 7)
        let weights = (0..<Self.rows * Self.columns).map { _ in
            Float(Int.random(in: -1...1, using: &generator))
        }
        let head = try head(weights, bits: 8, context)
        #expect(!head.highPlaneChooses)
        let smooth = try self.head(Self.weights(seed: 8), bits: 8, context)
        #expect(smooth.highPlaneChooses)
        let scratch = try #require(HeadScratch(head, workers: 1))
        let x = try buffer(randomFloats(Self.columns, seed: 9))
        context.select(0, count: 1, including: [], head, x, row: 0, scratch)
        context.greatest(1, head, scratch)
        #expect(scratch.found(0).tokens.count == Self.rows)
    }

    @Test func statesThatAreNotFiniteShow() throws {
        for context in try testContexts() {
            let head = try head(Self.weights(seed: 10), bits: 8, context)
            let scratch = try #require(HeadScratch(head, workers: context.pool.workers))
            var values = randomFloats(Self.columns, seed: 11)
            values[17] = .nan
            context.select(
                0, count: 5, including: [3], head, try buffer(values), row: 0, scratch)
            context.greatest(1, head, scratch)
            let found = scratch.found(0)
            #expect(found.tokens.count == Self.rows)
            #expect(found.logits.allSatisfy { $0.isNaN })
        }
    }

    @Test func headsThatAreTooWideAreRefused() throws {
        let context = try #require(try testContexts().first)
        let columns = QuantizedHead.columnLimit + 1
        let matrix = try matrix(randomFloats(columns, seed: 12), rows: 1)
        let ones = try buffer([Float](repeating: 1, count: columns))
        let head = QuantizedHead(
            matrix, RMSNorm(weights: ones, epsilon: 0), bits: 8, context)
        #expect(head == nil)
    }

    private static func weights(seed: UInt64) -> [Float] {
        // Sums of four: nearly normal, as trained embeddings are.
        let parts = (0..<4).map { randomFloats(rows * columns, seed: 4 * seed + $0) }
        return (0..<rows * columns).map { index in parts.reduce(0) { $0 + $1[index] } }
    }

    private static func greatest(_ count: Int, of logits: [Float]) -> [Int32] {
        logits.indices.sorted { logits[$0] > logits[$1] }.prefix(count).map { Int32($0) }
    }

    private func matrix(_ weights: [Float], rows: Int) throws -> DenseMatrix {
        try #require(
            DenseMatrix(
                stored(weights, .float32), .float32, rows: rows, columns: weights.count / rows))
    }

    private func head(
        _ weights: [Float], norm: [Float]? = nil, bits: Int, _ context: ComputeContext
    ) throws -> QuantizedHead {
        let norm = norm ?? [Float](repeating: 1, count: Self.columns)
        return try #require(
            QuantizedHead(
                matrix(weights, rows: Self.rows),
                RMSNorm(weights: buffer(norm), epsilon: 1e-5), bits: bits, context))
    }
}
