import BitNetTensors
import BitNetTestSupport
import Testing

/// Float32 products of matrices: every element is one chain of fused multiply-adds.
@Suite struct FloatProductTests {
    /// Rows, summed index, columns: 1, odd, tiles' edges, and beyond the blocks of 96, 256 and 512.
    static let shapes: [[Int]] = [
        [1, 1, 1], [1, 7, 1], [6, 1, 8], [2, 3, 5], [5, 1, 17], [6, 16, 16], [7, 33, 31],
        [13, 255, 15],
        [12, 256, 32], [11, 257, 33], [3, 600, 7], [95, 5, 9], [97, 8, 3], [200, 3, 40],
        [2, 4, 511], [3, 2, 513], [5, 9, 1100], [48, 20, 48], [49, 300, 50], [193, 259, 17],
        [14, 270, 530],
    ]

    /// A matrix inside a larger buffer, as it lies or transposed, with its values row by row.
    struct Operand {
        let matrix: FloatMatrix
        let values: [Float]

        init(rows: Int, columns: Int, transposed: Bool, gap: Int, seed: UInt64) throws {
            let (height, width) = transposed ? (columns, rows) : (rows, columns)
            let stride = width + gap
            let memory = randomFloats(3 + height * stride, seed: seed)
            let stored = FloatMatrix(
                try buffer(memory), offset: 3, rows: height, columns: width, stride: stride)
            matrix = transposed ? stored.transposed : stored
            values = (0..<rows * columns).map { index in
                let (row, column) = (index / columns, index % columns)
                return transposed
                    ? memory[3 + column * stride + row] : memory[3 + row * stride + column]
            }
        }
    }

    /// (rows, columns) on top of `start`, in ascending order of the summed index.
    static func product(_ a: [Float], _ b: [Float], _ shape: [Int], on start: [Float]) -> [Float] {
        let (depth, columns) = (shape[1], shape[2])
        var out = start
        for index in out.indices {
            let (row, column) = (index / columns, index % columns)
            for k in 0..<depth {
                out[index].addProduct(a[row * depth + k], b[k * columns + column])
            }
        }
        return out
    }

    static func contexts() throws -> [TrainingContext] {
        try KernelSet.available.flatMap { kernels in
            try (1...4).map { workers in
                let compute = ComputeContext(kernels: kernels, pool: try pool(workers))
                return try #require(TrainingContext(compute, positions: 1))
            }
        }
    }

    @Test(arguments: shapes)
    func everyKernelSetIsThePlainLoop(_ shape: [Int]) throws {
        let contexts = try Self.contexts()
        var seed = UInt64(shape[0] * 1_000_003 + shape[1] * 1009 + shape[2])
        for (transposedA, transposedB) in [
            (false, false), (false, true), (true, false), (true, true),
        ] {
            seed += 1
            let a = try Operand(
                rows: shape[0], columns: shape[1], transposed: transposedA, gap: Int(seed % 3),
                seed: seed)
            let b = try Operand(
                rows: shape[1], columns: shape[2], transposed: transposedB, gap: Int(seed % 2),
                seed: seed + 50)
            for accumulate in [false, true] {
                let before = randomFloats(shape[0] * shape[2], seed: seed + 90)
                let expected = Self.product(
                    a.values, b.values, shape,
                    on: accumulate ? before : before.map { _ in 0 })
                for context in contexts {
                    let out = try buffer([9] + before + [9])
                    context.multiply(
                        a.matrix, b.matrix,
                        into: FloatMatrix(out, offset: 1, rows: shape[0], columns: shape[2]),
                        accumulate: accumulate)
                    #expect(out.values(1..<out.count - 1) == expected)
                    #expect(out[0] == 9 && out[out.count - 1] == 9)
                }
            }
        }
    }

    @Test func rowsOfOperandsAndResultAreRespected() throws {
        let (a, b) = try (
            Operand(rows: 90, columns: 40, transposed: false, gap: 5, seed: 1),
            Operand(rows: 40, columns: 21, transposed: true, gap: 2, seed: 2)
        )
        let whole = Self.product(
            a.values, b.values, [90, 40, 21], on: [Float](repeating: 0, count: 90 * 21))
        for context in try Self.contexts() {
            let out = try buffer([Float](repeating: 9, count: 90 * 25))
            let target = FloatMatrix(out, rows: 90, columns: 21, stride: 25)
            context.multiply(a.matrix.rows(7..<71), b.matrix, into: target.rows(7..<71))
            for row in 0..<90 {
                let values = out.values(row * 25..<(row + 1) * 25)
                let inside = (7..<71).contains(row)
                #expect(
                    values.prefix(21)
                        == (inside
                            ? whole[row * 21..<(row + 1) * 21]
                            : [Float](repeating: 9, count: 21)[...]))
                #expect(values.suffix(4) == [9, 9, 9, 9])
            }
        }
    }

    @Test(arguments: shapes)
    func aLibraryAgreesIfThereIsOne(_ shape: [Int]) throws {
        guard let blas = BLASLibrary.found() else { return }
        let compute = ComputeContext(kernels: try KernelSet.preferred(), pool: try pool(2))
        let context = try #require(TrainingContext(compute, positions: 1, blas: blas))
        for (transposedA, transposedB) in [
            (false, false), (false, true), (true, false), (true, true),
        ] {
            let a = try Operand(
                rows: shape[0], columns: shape[1], transposed: transposedA,
                gap: shape[0] > 10 ? 1 : 0, seed: 5)
            let b = try Operand(
                rows: shape[1], columns: shape[2], transposed: transposedB,
                gap: shape[2] > 10 ? 2 : 0, seed: 6)
            for accumulate in [false, true] {
                let before = randomFloats(shape[0] * shape[2], seed: 7)
                let expected = Self.product(
                    a.values, b.values, shape, on: accumulate ? before : before.map { _ in 0 })
                let out = try buffer(before)
                context.multiply(
                    a.matrix, b.matrix,
                    into: FloatMatrix(out, rows: shape[0], columns: shape[2]),
                    accumulate: accumulate)
                let limit = 1e-6 * Float(shape[1] + 1)
                #expect(zip(out.all, expected).allSatisfy { abs($0 - $1) <= limit })
            }
        }
    }

    @Test func anUnknownLibraryIsNone() {
        #expect(BLASLibrary(path: "/no/such/library.so") == nil)
    }
}
