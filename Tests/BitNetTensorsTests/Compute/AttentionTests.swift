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
        // A float16 cache rounds keys and values by up to 2^-11.
        let limit = format == .float16 ? 4e-3 : 2e-6
        #expect(zip(results[0], expected).allSatisfy { abs(Double($0) - $1) <= limit })
        #expect(expected.contains { abs($0) > 0.1 })
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

    private func attend(
        _ context: ComputeContext, _ shape: AttentionShape, _ input: Input, _ tokens: Int,
        _ format: KeyValueFormat
    ) throws -> [Float] {
        let memory = try #require(
            KeyValueMemory(
                layers: 2, heads: shape.keyValueHeads, headDimension: shape.headDimension,
                capacity: tokens + 3, format: format))
        let slots = (0..<tokens).map { TokenSlot(memory: memory, position: $0) }
        let rotated = try room(tokens * shape.paddedQueryWidth)
        let rotary = RotaryTable(
            cosines: try buffer(input.angles.map { Float(cos($0)) }),
            sines: try buffer(input.angles.map { Float(sin($0)) }), half: shape.headDimension / 2)
        context.rotateAndStore(
            layer: 1, slots: slots, shape, rotary, queries: try buffer(input.queries),
            keys: try buffer(input.keys), values: try buffer(input.values), rotated: rotated)
        let out = try room(tokens * shape.heads * shape.headDimension)
        let scratch = try #require(context.attentionScratch(shape, positions: tokens))
        context.attend(
            layer: 1, slots: slots, shape, rotated: rotated, scores: try room(scratch), into: out)
        return out.all
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
            #expect(memory(capacity: size) == nil)
            #expect(QuantizedActivations(tokens: size, columns: 128) == nil)
            #expect(QuantizedActivations(tokens: 1, columns: size) == nil)
        }
    }

    private func memory(
        layers: Int = 1, heads: Int = 1, headDimension: Int = 16, capacity: Int = 1
    ) -> KeyValueMemory? {
        KeyValueMemory(
            layers: layers, heads: heads, headDimension: headDimension, capacity: capacity,
            format: .float32)
    }

    #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func cachesOfAnotherShapeStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let context = try ComputeContext(threads: 1)
            let shape = AttentionShape(heads: 2, keyValueHeads: 2, headDimension: 32)
            let memory = try #require(
                KeyValueMemory(
                    layers: 1, heads: 2, headDimension: 16, capacity: 4, format: .float32))
            context.attend(
                layer: 0, slots: [TokenSlot(memory: memory, position: 0)], shape,
                rotated: try room(1024), scores: try room(1024), into: try room(1024))
        }
    }
    #endif
}
