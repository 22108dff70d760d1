import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Rotated heads against the fixtures' vectors.
@Suite struct RotaryEmbeddingTests {
    struct FormatCases: Decodable {
        struct Rotation: Decodable {
            let theta: Float
            let head_dim: Int
            let positions: [Int]
            // Both (head, position, width).
            let x: [[[Float]]]
            let y: [[[Float]]]
        }
        let rope: Rotation
    }

    @Test func headsAreRotatedAsTheReferenceDoes() throws {
        let reference = try Fixtures.json("format_cases.json", as: FormatCases.self).rope
        let width = reference.head_dim
        let embedding = RotaryEmbedding(
            headDimension: width, theta: reference.theta, scaling: .none)
        let table = try #require(embedding.emptyTable(positions: 38))
        embedding.fill(table, 0..<38)
        for kernels in KernelSet.available {
            let context = try ComputeContext(threads: 1, kernels: kernels)
            for (index, position) in reference.positions.enumerated() {
                let rows = try rotate(
                    context, table, reference.x.map { $0[index] }, position, width: width)
                for (row, expected) in zip(rows, reference.y.map { $0[index] }) {
                    #expect(zip(row, expected).allSatisfy { abs($0 - $1) <= 1e-6 })
                }
            }
        }
    }

    /// Rotates one token's heads, all of them queries.
    private func rotate(
        _ context: ComputeContext, _ table: RotaryTable, _ heads: [[Float]], _ position: Int,
        width: Int
    ) throws -> [[Float]] {
        let shape = AttentionShape(heads: heads.count, keyValueHeads: 1, headDimension: width)
        let layout = try #require(
            KeyValueLayout(layers: 1, heads: 1, headDimension: width, format: .float32))
        let memory = try #require(KeyValueMemory(layout: layout, capacity: 38))
        try #require(memory.prepare(0..<38))
        let queries = try #require(AlignedBuffer<Float>(count: heads.count * width))
        queries.assign(heads.flatMap { $0 })
        let other = try #require(AlignedBuffer<Float>(count: width))
        let rotated = try #require(AlignedBuffer<Float>(count: shape.paddedQueryWidth))
        context.rotateAndStore(
            layer: 0, slots: [TokenSlot(memory: memory, position: position)], shape, table,
            queries: queries, keys: other, values: other, rotated: rotated)
        let stride = shape.paddedQueryWidth / heads.count
        return heads.indices.map { rotated.values($0 * stride..<$0 * stride + width) }
    }
}
