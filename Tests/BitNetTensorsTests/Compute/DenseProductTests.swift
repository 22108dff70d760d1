import BitNetTensors
import BitNetTestSupport
import Testing

/// Dense products and embeddings in every format against float64.
@Suite struct DenseProductTests {
    static let formats: [TensorEncoding] = [.float32, .float16, .bfloat16, .q8_0, .q6_K, .q4_0]

    @Test(arguments: formats)
    func rowsDecodeAsTheCodecDoes(_ format: TensorEncoding) throws {
        for columns in columns(format) {
            let (matrix, weights) = try matrix(format, rows: 5, columns: columns)
            let out = try room(columns + 3)
            for row in 0..<5 {
                matrix.decodeRow(row, into: out, at: 3)
                let expected = Array(weights[row * columns..<(row + 1) * columns])
                #expect(sameBits(out.values(3..<3 + columns), expected))
            }
        }
    }

    @Test(arguments: formats, [0, 1, 3, 4, 5, 13])
    func productAgreesWithFloat64AndAmongKernels(_ format: TensorEncoding, _ tokens: Int) throws {
        for (rows, columns) in zip([1, 7, 33], columns(format)) {
            let (matrix, weights) = try matrix(format, rows: rows, columns: columns)
            let x = randomFloats(tokens * columns, limit: 2, seed: 21)
            let before = randomFloats(tokens * rows, seed: 22)
            for accumulate in [false, true] {
                let results = try testContexts().map { context in
                    let out = try buffer([9] + before)
                    context.multiply(
                        matrix, try buffer(x), tokens: tokens, into: out, outOffset: 1,
                        accumulate: accumulate)
                    #expect(out[0] == 9)
                    return out.values(1..<out.count)
                }
                for result in results { #expect(sameBits(result, results[0])) }
                for index in results[0].indices {
                    let (token, row) = (index / rows, index % rows)
                    let products = (0..<columns).map {
                        Double(weights[row * columns + $0]) * Double(x[token * columns + $0])
                    }
                    let expected = products.reduce(accumulate ? Double(before[index]) : 0, +)
                    let size = products.reduce(1) { $0 + abs($1) }
                    #expect(abs(Double(results[0][index]) - expected) <= 3e-7 * size)
                }
            }
        }
    }

    @Test func gatedPairEqualsItsParts() throws {
        let (gate, _) = try matrix(.float16, rows: 19, columns: 40)
        let (up, _) = try matrix(.q8_0, rows: 19, columns: 64)
        #expect(up.columns != gate.columns)
        let (other, _) = try matrix(.bfloat16, rows: 19, columns: 40, seed: 8)
        let x = try buffer(randomFloats(6 * 40, seed: 23))
        for context in try testContexts() {
            let parts = try [gate, other].map { matrix in
                let out = try room(6 * 19)
                context.multiply(matrix, x, tokens: 6, into: out)
                return out
            }
            context.applyGate(.silu, parts[0], parts[1], tokens: 6, width: 19)
            let fused = try [room(6 * 19), room(6 * 19)]
            context.multiplyGated(
                gate: gate, up: other, x, tokens: 6, into: fused[0], upOut: fused[1], .silu)
            #expect(sameBits(fused[0].all, parts[0].all))
        }
    }

    @Test(arguments: [1, 6, 50])
    func productsThatShareAPassEqualThoseAlone(_ tokens: Int) throws {
        let formats: [TensorEncoding] = [.float16, .float32, .bfloat16]
        let matrices = try zip([37, 19, 3], formats).map {
            try matrix($1, rows: $0, columns: 100).0
        }
        let x = try buffer(randomFloats(tokens * 100, seed: 24))
        for context in try testContexts() {
            let alone = try matrices.map { try room(tokens * $0.rows) }
            let shared = try matrices.map { try room(tokens * $0.rows) }
            for (matrix, out) in zip(matrices, alone) {
                context.multiply(matrix, x, tokens: tokens, into: out)
            }
            context.multiply(
                x, tokens: tokens, DenseProduct(matrices[0], into: shared[0]),
                DenseProduct(matrices[1], into: shared[1]),
                DenseProduct(matrices[2], into: shared[2]))
            for (one, other) in zip(alone, shared) { #expect(sameBits(one.all, other.all)) }
        }
    }

    @Test func reorderedRowsAreCopied() throws {
        let (matrix, weights) = try matrix(.q8_0, rows: 16, columns: 64)
        #expect(matrix.isMapped)
        let copy = try #require(matrix.reordered(.interleavedPairs(headDimension: 8)))
        #expect(!copy.isMapped)
        let out = try room(64)
        for row in 0..<16 {
            copy.decodeRow(row, into: out, at: 0)
            let stored = row / 8 * 8 + row % 4 * 2 + row % 8 / 4
            #expect(sameBits(out.all, Array(weights[stored * 64..<(stored + 1) * 64])))
        }
    }

    @Test func bytesThatDoNotFitAreRefused() throws {
        let region = try stored([Float](repeating: 1, count: 64), .float32)
        #expect(DenseMatrix(region, .float32, rows: 8, columns: 8) != nil)
        for (rows, columns) in [(8, 9), (7, 8), (0, 64), (64, 0), (-8, -8), (1 << 62, 1 << 62)] {
            #expect(DenseMatrix(region, .float32, rows: rows, columns: columns) == nil)
        }
        #expect(DenseMatrix(region, .uint8, rows: 16, columns: 16) == nil)
        #expect(DenseMatrix(region, .q8_0, rows: 1, columns: 33) == nil)
    }

    private func columns(_ format: TensorEncoding) -> [Int] {
        switch format.valuesPerBlock {
        case 1: [1, 47, 300]
        case 32: [32, 96, 288]
        default: [256, 512, 256]
        }
    }

    private func matrix(
        _ format: TensorEncoding, rows: Int, columns: Int, seed: UInt64 = 7
    ) throws -> (DenseMatrix, [Float]) {
        let region = try stored(randomFloats(rows * columns, seed: seed), format)
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(
            region, format, valueRange: 0..<rows * columns, into: &decoded)
        let matrix = try #require(DenseMatrix(region, format, rows: rows, columns: columns))
        return (matrix, decoded)
    }
}
