import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

/// Rotation, cache and attention against a float64 softmax.
@Suite struct AttentionTests {
    static let shapes = [(2, 1, 32), (4, 2, 24), (3, 3, 6), (6, 2, 80)]

    @Test(arguments: shapes, KeyValueFormat.allCases)
    func attentionAgreesWithFloat64AndAmongKernels(
        _ shape: (Int, Int, Int), _ format: KeyValueFormat
    ) throws {
        let shape = AttentionShape(
            heads: shape.0, keyValueHeads: shape.1, headDimension: shape.2)
        let tokens = 37
        let input = Input(shape, tokens: tokens)
        let results = try testContexts().map { try attend($0, shape, input, tokens, format) }
        for result in results { #expect(sameBits(result, results[0])) }
        let expected = input.reference(shape, tokens)
        let limit = Self.limit(format)
        #expect(zip(results[0], expected).allSatisfy { abs(Double($0) - $1) <= limit })
        #expect(expected.contains { abs($0) > 0.1 })
    }

    /// The largest error for values up to 1 and queries and keys up to 2, which rounding causes:
    /// of up to 2^-11 in float16; in int8 of up to 1/254 of a row's largest magnitude, 0.004 for a
    /// value and, over all columns of a key, some hundredths for a score.
    private static func limit(_ format: KeyValueFormat) -> Double {
        switch format {
        case .float16: 4e-3
        case .float32: 2e-6
        case .int8: 3e-2
        }
    }

    /// Blocks hold 256 positions: 300 tokens have two.
    @Test(arguments: KeyValueFormat.allCases)
    func blocksAreMergedAsOneSoftmax(_ format: KeyValueFormat) throws {
        let shape = AttentionShape(heads: 2, keyValueHeads: 1, headDimension: 16)
        let input = Input(shape, tokens: 300)
        let result = try attend(try ComputeContext(threads: 1), shape, input, 300, format)
        let expected = input.reference(shape, 300)
        #expect(zip(result, expected).allSatisfy { abs(Double($0) - $1) <= Self.limit(format) })
    }

    @Test(arguments: KeyValueFormat.allCases, [(8, 4, 24), (4, 1, 32), (3, 3, 40)])
    func threadsAndChunksChangeNothing(
        _ format: KeyValueFormat, _ shape: (Int, Int, Int)
    ) throws {
        let shape = AttentionShape(
            heads: shape.0, keyValueHeads: shape.1, headDimension: shape.2)
        let tokens = 1100
        let input = Input(shape, tokens: tokens)
        let expected = try attend(try ComputeContext(threads: 1), shape, input, tokens, format)
        for (threads, chunk) in [(1, 1), (2, 1), (5, 1), (2, 3), (3, 8), (4, 9), (2, 64)] {
            let context = ComputeContext(
                kernels: try KernelSet.preferred(), pool: try pool(threads))
            let result = try attend(context, shape, input, tokens, format, chunk: chunk)
            #expect(sameBits(result, expected), "\(threads) threads, chunks of \(chunk)")
        }
    }

    /// Sequences of different lengths in one pass, of which some are divided by blocks.
    @Test func batchedSequencesAreAsAlone() throws {
        let shape = AttentionShape(heads: 4, keyValueHeads: 2, headDimension: 32)
        let input = Input(shape, tokens: 1100)
        let context = ComputeContext(kernels: try KernelSet.preferred(), pool: try pool(3))
        let whole = try attend(context, shape, input, 1100, .int8)
        let width = shape.heads * shape.headDimension
        let lengths = [1100, 5, 700, 300]
        let memories = try lengths.map { try store(context, shape, input, $0, .int8).0 }
        let slots = zip(memories, lengths).map { TokenSlot(memory: $0, position: $1 - 1) }
        let (_, rotated) = try store(context, shape, input, 1100, .int8)
        let queries = try room(slots.count * shape.paddedQueryWidth)
        for (row, length) in lengths.enumerated() {
            let start = (length - 1) * shape.paddedQueryWidth
            queries.assign(
                from: rotated, start..<start + shape.paddedQueryWidth,
                at: row * shape.paddedQueryWidth)
        }
        let out = try room(slots.count * width)
        let scratch = try #require(context.attentionScratch(shape, positions: 1100))
        context.attend(
            layer: 1, slots: slots, shape, rotated: queries, scratch: scratch, into: out)
        for (row, length) in lengths.enumerated() {
            #expect(
                sameBits(
                    Array(out.all[row * width..<(row + 1) * width]),
                    Array(whole[(length - 1) * width..<length * width])))
        }
    }

    /// Scales are counted: one float32 for a head's key and one for its value.
    @Test(arguments: [
        (KeyValueFormat.float16, 3 * 2 * 2 * 48 * 2), (.float32, 3 * 2 * 2 * 48 * 4),
        (.int8, 3 * 2 * 2 * (64 + 4)),
    ])
    func bytesOfAPosition(_ format: KeyValueFormat, _ expected: Int) throws {
        let layout = try #require(
            KeyValueLayout(layers: 3, heads: 2, headDimension: 40, format: format))
        #expect(layout.bytesPerPosition == expected)
    }

    /// Random queries, keys and values, and a table of angles.
    private struct Input {
        let queries: [Float]
        let keys: [Float]
        let values: [Float]
        let angles: [Double]

        init(_ shape: AttentionShape, tokens: Int) {
            let width = shape.headDimension
            queries = randomFloats(tokens * shape.heads * width, limit: 2, seed: 31)
            keys = randomFloats(tokens * shape.keyValueHeads * width, limit: 2, seed: 32)
            values = randomFloats(tokens * shape.keyValueHeads * width, seed: 33)
            angles = (0..<tokens * width / 2).map {
                Double($0 / (width / 2)) * pow(100, -Double($0 % (width / 2)) / Double(width))
            }
        }

        private func rotated(_ x: ArraySlice<Float>, _ position: Int) -> [Double] {
            let half = x.count / 2
            let x = x.map(Double.init)
            return (0..<2 * half).map { index in
                let angle = angles[position * half + index % half]
                let other = index < half ? -x[index + half] : x[index - half]
                return x[index] * cos(angle) + other * sin(angle)
            }
        }

        func reference(_ shape: AttentionShape, _ tokens: Int) -> [Double] {
            let width = shape.headDimension
            func row(_ x: [Float], _ token: Int, _ head: Int, of heads: Int) -> ArraySlice<Float> {
                let start = (token * heads + head) * width
                return x[start..<start + width]
            }
            let group = shape.heads / shape.keyValueHeads
            return (0..<tokens).flatMap { token in
                (0..<shape.heads).flatMap { head -> [Double] in
                    let query = rotated(row(queries, token, head, of: shape.heads), token)
                    let scores = (0...token).map { past -> Double in
                        let key = rotated(
                            row(keys, past, head / group, of: shape.keyValueHeads), past)
                        return zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }
                            / Double(width).squareRoot()
                    }
                    let largest = scores.max() ?? 0
                    let weights = scores.map { exp($0 - largest) }
                    let total = weights.reduce(0, +)
                    return (0..<width).map { index in
                        (0...token).reduce(0) { sum, past in
                            let value = row(values, past, head / group, of: shape.keyValueHeads)
                            return sum + weights[past] / total
                                * Double(value[value.startIndex + index])
                        }
                    }
                }
            }
        }
    }

    /// Stores all tokens in layer 1 of a new cache; returns it and the rotated queries.
    private func store(
        _ context: ComputeContext, _ shape: AttentionShape, _ input: Input, _ tokens: Int,
        _ format: KeyValueFormat
    ) throws -> (KeyValueMemory, AlignedBuffer<Float>) {
        let layout = try #require(
            KeyValueLayout(
                layers: 2, heads: shape.keyValueHeads, headDimension: shape.headDimension,
                format: format))
        let memory = try #require(KeyValueMemory(layout: layout, capacity: tokens + 3))
        try #require(memory.prepare(0..<tokens))
        let slots = (0..<tokens).map { TokenSlot(memory: memory, position: $0) }
        let rotated = try room(tokens * shape.paddedQueryWidth)
        let rotary = RotaryTable(
            cosines: try buffer(input.angles.map { Float(cos($0)) }),
            sines: try buffer(input.angles.map { Float(sin($0)) }), half: shape.headDimension / 2)
        context.rotateAndStore(
            layer: 1, slots: slots, shape, rotary, queries: try buffer(input.queries),
            keys: try buffer(input.keys), values: try buffer(input.values), rotated: rotated)
        return (memory, rotated)
    }

    private func attend(
        _ context: ComputeContext, _ shape: AttentionShape, _ input: Input, _ tokens: Int,
        _ format: KeyValueFormat, chunk: Int = .max
    ) throws -> [Float] {
        let (memory, rotated) = try store(context, shape, input, tokens, format)
        let scratch = try #require(context.attentionScratch(shape, positions: tokens))
        let width = shape.heads * shape.headDimension
        var result: [Float] = []
        for start in stride(from: 0, to: tokens, by: min(chunk, tokens)) {
            let count = min(chunk, tokens - start)
            let slots = (start..<start + count).map { TokenSlot(memory: memory, position: $0) }
            let queries = AlignedBuffer(
                sharing: rotated, offset: start * shape.paddedQueryWidth,
                count: count * shape.paddedQueryWidth)
            let out = try room(count * width)
            context.attend(
                layer: 1, slots: slots, shape, rotated: queries, scratch: scratch, into: out)
            result += out.all
        }
        return result
    }

    @Test func absurdSizesGiveNil() throws {
        let context = try ComputeContext(threads: 1)
        let shape = AttentionShape(heads: 8, keyValueHeads: 1, headDimension: 64)
        for positions in [Int.max, .max - 15, 1 << 62, 1 << 50, 0, -1] {
            #expect(context.attentionScratch(shape, positions: positions) == nil)
        }
        for size in [Int.max, 1 << 62, 1 << 49, 0, -5, .min] {
            #expect(memory(layers: size) == nil)
            #expect(memory(heads: size) == nil)
            #expect(memory(headDimension: size) == nil)
            #expect(memory(headDimension: size, format: .int8) == nil)
            #expect(memory(capacity: size) == nil)
            #expect(QuantizedActivations(tokens: size, columns: 128) == nil)
            #expect(QuantizedActivations(tokens: 1, columns: size) == nil)
        }
    }

    private func memory(
        layers: Int = 1, heads: Int = 1, headDimension: Int = 16, capacity: Int = 1,
        format: KeyValueFormat = .float32
    ) -> KeyValueMemory? {
        KeyValueLayout(
            layers: layers, heads: heads, headDimension: headDimension, format: format
        ).flatMap { KeyValueMemory(layout: $0, capacity: capacity) }
    }

    #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func cachesOfAnotherShapeStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let context = try ComputeContext(threads: 1)
            let shape = AttentionShape(heads: 2, keyValueHeads: 2, headDimension: 32)
            let layout = try #require(
                KeyValueLayout(layers: 1, heads: 2, headDimension: 16, format: .float32))
            let memory = try #require(KeyValueMemory(layout: layout, capacity: 4))
            try #require(memory.prepare(0..<1))
            context.attend(
                layer: 0, slots: [TokenSlot(memory: memory, position: 0)], shape,
                rotated: try room(1024),
                scratch: try #require(context.attentionScratch(shape, positions: 4)),
                into: try room(1024))
        }
    }
    #endif
}
