import BitNetTensors
import BitNetTestSupport
import Testing

/// Which floats are ternary already, and how master weights become ternary.
@Suite struct FloatTernarizationTests {
    struct FormatCases: Decodable {
        struct Weights: Decodable {
            let weights: [[Float]]
            let absmean: Float
            let ternary: [[Int8]]
        }
        let weight_quant: [Weights]
    }

    @Test func masterWeightsAreQuantisedAsTheReferenceDoes() throws {
        for reference in try Fixtures.json("format_cases.json", as: FormatCases.self).weight_quant {
            let rows = reference.weights.count
            let columns = reference.weights[0].count
            let region = try stored(reference.weights.flatMap { $0 }, .float32)
            let rule = try FloatTernarization.absoluteMean(
                region, .float32, rows: rows, columns: columns, pool: pool(2))
            var loader = try #require(TernaryLoader(byteCount: 1 << 16, pool: pool(2)))
            let matrix = try loader.load(
                .floats(region, .float32, rule), rows: rows, columns: columns)
            #expect((0..<rows).map { matrix.values(row: $0) } == reference.ternary)
            #expect(abs(matrix.scale - reference.absmean) <= 2 * reference.absmean.ulp)
        }
    }

    /// The scale comes from the first row that has one.
    @Test func leadingRowsOfZerosDoNotHideTernaryValues() throws {
        let scale = try exactScale([0, 0, 0, 0, 0, 0, 0.25, 0, -0.25], rows: 3)
        #expect(scale == 0.25)
        #expect(try exactScale([0, 0, 0, 0, 0, 0], rows: 2) == 0)
    }

    @Test(arguments: [
        [0.25, -0.25, 0.25, 0.5] as [Float], [0.25, 0.125, 0, 0], [0, 0, 0.25, 0.2],
        [.nan, 0.25, 0, 0.25], [0.25, 0, .nan, 0], [Float.infinity, 0, 0, -Float.infinity],
        [0, 0, .infinity, 0],
    ])
    func otherFloatsAreNotTernary(_ values: [Float]) throws {
        #expect(try exactScale(values, rows: 2) == nil)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func masterWeightsMustBeFinite(_ value: Float) throws {
        let region = try stored([0.5, value, 0.25, 0], .float32)
        let pool = try pool(2)
        let error = codecError { () throws(TensorCodecError) in
            _ = try FloatTernarization.absoluteMean(
                region, .float32, rows: 2, columns: 2, pool: pool)
        }
        #expect(error?.code == .unrepresentable)
    }

    /// The mean is summed in the same order by any number of threads.
    @Test func meanDoesNotDependOnThreads() throws {
        let values = randomFloats(64 * 300, seed: 9)
        let region = try stored(values, .float32)
        var inverses: Set<UInt32> = []
        for workers in 1...5 {
            let rule = try FloatTernarization.absoluteMean(
                region, .float32, rows: 64, columns: 300, pool: pool(workers))
            guard case .absoluteMean(let inverse) = rule else { continue }
            inverses.insert(inverse.bitPattern)
        }
        let mean = values.reduce(0.0) { $0 + Double($1.magnitude) } / Double(values.count)
        #expect(inverses.count == 1)
        #expect(inverses.allSatisfy { abs(Double(Float(bitPattern: $0)) * mean - 1) < 1e-6 })
    }

    private func exactScale(_ values: [Float], rows: Int) throws -> Float? {
        try FloatTernarization.exactScale(
            stored(values, .float32), .float32, rows: rows, columns: values.count / rows,
            pool: pool(2))
    }
}
