import BitNetTensors
import BitNetTestSupport
import Testing

/// Matrices from every stored form give back the values they were stored from.
@Suite struct TernaryMatrixTests {
    static let shapes = [(1, 256), (16, 512), (17, 256), (33, 768), (48, 256)]

    @Test(arguments: shapes, [TensorEncoding.i2_s, .tq1_0, .tq2_0])
    func blocksKeepValuesAndScale(_ shape: (Int, Int), _ encoding: TensorEncoding) throws {
        let values = randomTernary(rows: shape.0, columns: shape.1, seed: 1)
        let scale: Float = 0.0546875
        let matrix = try load(values, scale, encoding)
        #expect(matrix.scale == scale)
        #expect(rows(matrix) == values)
        #expect(rows(try load(values, scale, encoding, layout: .columns)) == values)
    }

    /// Groups of five lines, and each rest of them, by rows and by columns.
    @Test(arguments: [(1, 256), (3, 1280), (17, 1536), (5, 3328), (1281, 256), (2600, 512)])
    func base3KeepsValues(_ shape: (Int, Int)) throws {
        let values = randomTernary(rows: shape.0, columns: shape.1, seed: 8)
        for encoding in [TensorEncoding.i2_s, .tq1_0] {
            for (layout, workers) in [(TernaryLayout.rows, 1), (.columns, 1), (.columns, 3)] {
                let bytes = try TensorCodec.encodeTernary(codes: codes(values), scale: 2, encoding)
                let matrix = try load(
                    .blocks(mapped(bytes), encoding), rows: shape.0, columns: shape.1,
                    workers: workers, layout: layout, packing: .base3)
                #expect(matrix.scale == 2)
                #expect(rows(matrix) == values)
            }
        }
    }

    @Test func base3TakesFourFifths() {
        func bytes(_ rows: Int, _ columns: Int, _ layout: TernaryLayout) -> Int? {
            TernaryMatrix.byteCount(rows: rows, columns: columns, layout: layout, packing: .base3)
        }
        #expect(bytes(1, 2560, .rows) == 512)
        #expect(bytes(1, 6912, .rows) == 1408)
        #expect(bytes(1, 8192, .rows) == 1664)
        #expect(bytes(3, 45_568, .rows) == 3 * 9152)
        #expect(bytes(2560, 6912, .columns) == 6912 * 512)
        #expect(bytes(100, 1, .columns) == 256 * 64)
    }

    /// Rows that start inside a block.
    @Test(arguments: [(8, 16), (16, 200), (64, 6), (33, 384)], [TensorEncoding.i2_s, .tq1_0])
    func rowsNeedNotStartOnABlock(_ shape: (Int, Int), _ encoding: TensorEncoding) throws {
        guard shape.0 * shape.1 % encoding.valuesPerBlock == 0 else { return }
        let values = randomTernary(rows: shape.0, columns: shape.1, seed: 2)
        #expect(rows(try load(values, 1, encoding)) == values)
    }

    @Test(arguments: [(4, 1), (8, 5), (20, 130), (64, 300), (36, 128)])
    func packedRowsKeepValues(_ count: Int, _ columns: Int) throws {
        let values = randomTernary(rows: count, columns: columns, seed: 3)
        let bytes = try TensorCodec.encodePackedTernary(
            codes: codes(values), rows: count, columns: columns)
        for workers in [1, 3] {
            let matrix = try load(
                .packed(mapped(bytes), scale: 0.5), rows: count, columns: columns,
                workers: workers)
            #expect(matrix.scale == 0.5)
            #expect(rows(matrix) == values)
        }
    }

    @Test(arguments: [TensorEncoding.float32, .float16, .bfloat16])
    func exactFloatsKeepValues(_ encoding: TensorEncoding) throws {
        for (count, columns) in [(1, 1), (15, 33), (17, 127), (40, 129)] {
            let values = randomTernary(rows: count, columns: columns, seed: 4)
            let floats = values.flatMap { $0.map { Float($0) * 0.375 } }
            let region = try stored(floats, encoding)
            let scale = try FloatTernarization.exactScale(
                region, encoding, rows: count, columns: columns, pool: pool(2))
            #expect(scale == (floats.contains { $0 != 0 } ? 0.375 : 0))
            let matrix = try load(
                .floats(region, encoding, .exact(scale: 0.375)), rows: count, columns: columns)
            #expect(rows(matrix) == values)
        }
    }

    @Test(arguments: [8, 24, 32])
    func interleavedRowsAreSortedByHalves(_ width: Int) throws {
        let values = randomTernary(rows: 3 * width, columns: 256, seed: 5)
        // As llama.cpp's converters permute: (heads, 2, width / 2) to (heads, width / 2, 2).
        let permuted = (0..<3).flatMap { head in
            (0..<width / 2).flatMap { pair in
                (0..<2).map { values[head * width + $0 * width / 2 + pair] }
            }
        }
        let order = RowOrder.interleavedPairs(headDimension: width)
        for encoding in [TensorEncoding.i2_s, .tq2_0] {
            #expect(rows(try load(permuted, 1, encoding, order: order)) == values)
        }
        #expect(rows(try ternaryMatrix(permuted, scale: 2, order: order)) == values)
    }

    /// The direct path must not let a code 3 through, and names it.
    @Test func invalidCodesAreRefused() throws {
        let values = randomTernary(rows: 20, columns: 256, seed: 6)
        for encoding in [TensorEncoding.i2_s, .tq2_0] {
            var bytes = try TensorCodec.encodeTernary(codes: codes(values), scale: 1, encoding)
            bytes[1000] |= 0b11
            let region = try mapped(bytes)
            let error = codecError { () throws(TensorCodecError) in
                _ = try load(.blocks(region, encoding), rows: 20, columns: 256)
            }
            #expect(error?.code == .invalidCode)
            #expect(error?.message.contains("code 3") == true)
        }
    }

    @Test func matricesThatExceedTheMemoryAreRefused() throws {
        let values = randomTernary(rows: 16, columns: 256, seed: 7)
        let region = try mapped(
            try TensorCodec.encodeTernary(codes: codes(values), scale: 1, .i2_s))
        var loader = try #require(TernaryLoader(byteCount: 1024 + 64, pool: pool(1)))
        let first = codecError { () throws(TensorCodecError) in
            _ = try loader.load(.blocks(region, .i2_s), rows: 16, columns: 256)
        }
        #expect(first == nil)
        let second = codecError { () throws(TensorCodecError) in
            _ = try loader.load(.blocks(region, .i2_s), rows: 16, columns: 256)
        }
        #expect(second?.code == .wrongSize)
        #expect(TernaryMatrix.byteCount(rows: .max, columns: 1) == nil)
        #expect(TernaryMatrix.byteCount(rows: 1, columns: .max) == nil)
        #expect(TernaryMatrix.byteCount(rows: 0, columns: 128) == nil)
    }

    private func codes(_ values: [[Int8]]) -> [UInt8] {
        values.flatMap { $0.map { UInt8($0 + 1) } }
    }

    private func rows(_ matrix: TernaryMatrix) -> [[Int8]] {
        (0..<matrix.rows).map { matrix.values(row: $0) }
    }

    private func load(
        _ values: [[Int8]], _ scale: Float, _ encoding: TensorEncoding, order: RowOrder = .natural,
        layout: TernaryLayout = .rows
    ) throws -> TernaryMatrix {
        let bytes = try TensorCodec.encodeTernary(codes: codes(values), scale: scale, encoding)
        return try load(
            .blocks(mapped(bytes), encoding), rows: values.count, columns: values[0].count,
            order: order, layout: layout)
    }

    private func load(
        _ source: TernarySource, rows: Int, columns: Int, order: RowOrder = .natural,
        workers: Int = 1, layout: TernaryLayout = .rows, packing: TernaryPacking = .twoBit
    ) throws(TensorCodecError) -> TernaryMatrix {
        guard let pool = ThreadPool(workers: workers, smallestParallelWork: 0),
            var loader = TernaryLoader(byteCount: 1 << 20, packing: packing, pool: pool)
        else { preconditionFailure("no memory for a test") }
        return try loader.load(
            source, rows: rows, columns: columns, order: order, layout: layout)
    }
}
