import BitNetTensors
import BitNetTestSupport
import Testing

/// Ternary products against a loop over Int32.
@Suite struct TernaryProductTests {
    static let tokenCounts = [0, 1, 3, 4, 5, 12, 13, 24, 25]

    @Test(arguments: [1, 15, 16, 17, 33, 300], tokenCounts)
    func productEqualsTheIntegerLoop(_ rows: Int, _ tokens: Int) throws {
        var generator = SeededGenerator(seed: UInt64(100 * rows + tokens))
        for columns in [Int.random(in: 1...300, using: &generator), 128, 300] {
            let values = randomTernary(rows: rows, columns: columns, seed: generator.next())
            let matrix = try ternaryMatrix(values, scale: 0.0625, workers: 2)
            let byColumns = try ternaryMatrix(
                values, scale: 0.0625, workers: 2, layout: .columns)
            let x = randomFloats(tokens * columns, limit: 3, seed: generator.next())
            let before = randomFloats(tokens * rows, seed: generator.next())
            for accumulate in [false, true] {
                for context in try testContexts() {
                    let result = try multiply(
                        context, matrix, x, tokens: tokens, before, accumulate: accumulate)
                    let expected = reference(
                        values, result.activations, accumulate ? before : nil, scale: 0.0625)
                    #expect(
                        sameBits(result.out, expected),
                        "\(context.kernels.name), \(columns) columns, accumulate \(accumulate)")
                    for policy in [SparsityPolicy.never, .always] {
                        let result = try multiply(
                            context, byColumns, x, tokens: tokens, before, accumulate: accumulate,
                            policy)
                        #expect(
                            sameBits(result.out, expected),
                            "\(context.kernels.name), by columns, \(policy)")
                    }
                }
            }
        }
    }

    /// Three products that share a pass, and the gated pair, equal products of their own.
    @Test func sharedPassesEqualSingleProducts() throws {
        let columns = 200
        let tokens = 7
        let matrices = try [32, 17, 5].enumerated().map { index, rows in
            try ternaryMatrix(
                randomTernary(rows: rows, columns: columns, seed: UInt64(index)),
                scale: Float(index + 1) / 16)
        }
        let up = try ternaryMatrix(
            randomTernary(rows: 32, columns: columns, seed: 9), scale: 0.375)
        let x = randomFloats(tokens * columns, seed: 10)
        for context in try testContexts() {
            let activations = try quantized(context, x, tokens: tokens, width: columns)
            let single = try (matrices + [up]).map { matrix in
                let out = try room(tokens * matrix.rows)
                context.multiply(activations, TernaryProduct(matrix, into: out))
                return out
            }
            let shared = try matrices.map { try room(tokens * $0.rows) }
            context.multiply(
                activations, TernaryProduct(matrices[0], into: shared[0]),
                TernaryProduct(matrices[1], into: shared[1]),
                TernaryProduct(matrices[2], into: shared[2]))
            for (a, b) in zip(shared, single) { #expect(sameBits(a.all, b.all)) }
            for activation in [GateActivation.silu, .reluSquared] {
                let gate = try room(tokens * 32)
                context.multiplyGated(
                    activations, gate: TernaryProduct(matrices[0], into: gate),
                    up: up, activation,
                    try sparseScratch(context, width: 32, outputs: 1))
                let expected = try buffer(single[0].all)
                context.applyGate(activation, expected, single[3], tokens: tokens, width: 32)
                #expect(sameBits(gate.all, expected.all))
            }
        }
    }

    /// Rows of up whose gate is closed, and columns whose input is zero, change nothing; and their
    /// share is counted.
    @Test(arguments: [1, 2, 12, 30]) func zerosMayBeLeftOut(_ tokens: Int) throws {
        let (columns, rows) = (200, 600)
        let gate = try ternaryMatrix(
            randomTernary(rows: rows, columns: columns, seed: 1), scale: 0.25)
        let up = try ternaryMatrix(
            randomTernary(rows: rows, columns: columns, seed: 2), scale: 0.5)
        let x = randomFloats(tokens * columns, seed: 3)
        for context in try testContexts() {
            var results: [[Float]] = []
            for policy in [SparsityPolicy.never, .always, .standard] {
                let activations = try quantized(context, x, tokens: tokens, width: columns)
                let scratch = try sparseScratch(context, width: rows, outputs: 1, policy)
                let out = try room(tokens * rows)
                context.multiplyGated(
                    activations, gate: TernaryProduct(gate, into: out), up: up, .reluSquared,
                    scratch)
                results.append(out.all.map { $0 + 0 })  // -0 is 0
                let closed = try #require(scratch.closedGateShare)
                let zeros = out.all.count { $0 == 0 }
                #expect(abs(closed - Double(zeros) / Double(tokens * rows)) < 0.02)
                scratch.resetCounts()
                #expect(scratch.closedGateShare == nil)
            }
            #expect(sameBits(results[0], results[1]) && sameBits(results[0], results[2]))
        }
    }

    private func sparseScratch(
        _ context: ComputeContext, width: Int, outputs: Int, _ policy: SparsityPolicy = .standard
    ) throws -> SparseScratch {
        try #require(
            SparseScratch(
                workers: context.pool.workers, tokens: 32, width: width, outputs: outputs,
                policy: policy))
    }

    private func quantized(
        _ context: ComputeContext, _ x: [Float], tokens: Int, width: Int
    ) throws -> QuantizedActivations {
        let activations = try #require(QuantizedActivations(tokens: max(1, tokens), columns: width))
        context.quantize(
            try buffer(x), tokens: tokens, width: width, norm: nil, scratch: try room(x.count),
            into: activations)
        return activations
    }

    private func multiply(
        _ context: ComputeContext, _ matrix: TernaryMatrix, _ x: [Float], tokens: Int,
        _ before: [Float], accumulate: Bool, _ policy: SparsityPolicy = .standard
    ) throws -> (out: [Float], activations: QuantizedActivations) {
        let activations = try quantized(context, x, tokens: tokens, width: matrix.columns)
        let out = try buffer(before)
        let product = TernaryProduct(matrix, into: out, accumulate: accumulate)
        switch matrix.layout {
        case .rows: context.multiply(activations, product)
        case .columns:
            let scratch = try sparseScratch(
                context, width: matrix.columns, outputs: matrix.rows, policy)
            context.multiplyColumns(activations, product, scratch)
        }
        return (out.all, activations)
    }

    private func reference(
        _ values: [[Int8]], _ activations: QuantizedActivations, _ before: [Float]?, scale: Float
    ) -> [Float] {
        (0..<activations.tokens).flatMap { token in
            let codes = activations.codes(token: token)
            let factor = scale / activations.scale(token: token)
            return values.indices.map { row in
                let sum = zip(values[row], codes).reduce(Int32(0)) {
                    $0 + Int32($1.0) * Int32($1.1)
                }
                let value = Float(sum) * factor
                return before.map { $0[token * values.count + row] + value } ?? value
            }
        }
    }
}
