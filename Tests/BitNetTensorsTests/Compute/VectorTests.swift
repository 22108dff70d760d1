import BitNetTensors
import BitNetTestSupport
import CBitNetKernels
import Foundation
import Testing

/// Quantisation, norms, gates and exp against reference vectors and float64.
@Suite struct VectorTests {
    struct FormatCases: Decodable {
        struct Activation: Decodable {
            let x: [Float]
            let scale: Float
            let codes: [Int8]
        }
        struct Norm: Decodable {
            let x: [[Float]]
            let weight: [Float]
            let eps: Float
            let y: [[Float]]
        }
        let activation_quant: [Activation]
        let rmsnorm: Norm
    }

    @Test func activationsAreQuantisedAsTheReferenceDoes() throws {
        let cases = try Fixtures.json("format_cases.json", as: FormatCases.self).activation_quant
        #expect(cases.count == 6)
        for context in try testContexts() {
            for reference in cases {
                let width = reference.x.count
                let out = try #require(QuantizedActivations(tokens: 1, columns: width))
                context.quantize(
                    try buffer(reference.x), tokens: 1, width: width, norm: nil,
                    scratch: try room(width), into: out)
                #expect(out.scale(token: 0) == reference.scale)
                #expect(Array(out.codes(token: 0).prefix(width)) == reference.codes)
                #expect(out.codes(token: 0).dropFirst(width).allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func normAgreesWithTheReference() throws {
        let reference = try Fixtures.json("format_cases.json", as: FormatCases.self).rmsnorm
        let x = reference.x.flatMap { $0 }
        for context in try testContexts() {
            let norm = RMSNorm(weights: try buffer(reference.weight), epsilon: reference.eps)
            let out = try room(x.count)
            context.normalize(try buffer(x), tokens: 2, norm, into: out)
            for (value, expected) in zip(out.all, reference.y.joined()) {
                #expect(abs(value - expected) <= 4 * expected.ulp)
            }
        }
    }

    /// Normalising while quantising equals doing one after the other.
    @Test(arguments: [1, 15, 17, 128, 300])
    func fusedNormEqualsSeparateSteps(_ width: Int) throws {
        let x = randomFloats(3 * width, limit: 5, seed: 3)
        let weights = randomFloats(width, seed: 4)
        for context in try testContexts() {
            let norm = RMSNorm(weights: try buffer(weights), epsilon: 1e-5)
            let fused = try #require(QuantizedActivations(tokens: 3, columns: width))
            let separate = try #require(QuantizedActivations(tokens: 3, columns: width))
            let scratch = try room(3 * width)
            let input = try buffer(x)
            context.quantize(
                input, tokens: 3, width: width, norm: norm, scratch: scratch, into: fused)
            context.normalize(input, tokens: 3, norm, into: input)
            context.quantize(
                input, tokens: 3, width: width, norm: nil, scratch: scratch, into: separate)
            for token in 0..<3 {
                #expect(fused.codes(token: token) == separate.codes(token: token))
                #expect(fused.scale(token: token) == separate.scale(token: token))
            }
        }
    }

    @Test(arguments: [GateActivation.silu, .reluSquared])
    func gatesAgreeWithFloat64(_ activation: GateActivation) throws {
        let gate = randomFloats(5 * 77, limit: 20, seed: 5) + [0, -0.0, 100, -100, 1e-30]
        let up = randomFloats(gate.count, seed: 6)
        let width = gate.count / 10
        for context in try testContexts() {
            let out = try buffer(gate)
            context.applyGate(activation, out, try buffer(up), tokens: 10, width: width)
            for (index, value) in out.all.enumerated() {
                let x = Double(gate[index])
                let y = Double(up[index])
                let expected =
                    activation == .silu ? x / (1 + exp(-x)) * y : max(x, 0) * max(x, 0) * y
                #expect(abs(Double(value) - expected) <= 1e-6 * abs(expected) + 1e-37)
            }
        }
    }

    /// relu² of a large gate would overflow float16.
    @Test func squaredGatesStayInFloat32() throws {
        for context in try testContexts() {
            let out = try buffer([1000 as Float, -1000])
            context.applyGate(.reluSquared, out, try buffer([2, 2]), tokens: 1, width: 2)
            #expect(out.all == [2_000_000, 0])
        }
    }

    @Test func exponentialIsWithinTwoUlpAndMonotone() throws {
        for kernels in KernelSet.available {
            let table = try #require(bn_kernels_named(kernels.name)).pointee
            // Every 4,099th float between the ends of the range, both signs.
            let positive = stride(
                from: Float(1e-8).bitPattern, to: Float(88.7).bitPattern, by: 4_099
            )
            .map { Float(bitPattern: $0) }
            let x = positive.filter { $0 < 87.33 }.map { -$0 }.reversed() + [0] + positive
            var y = [Float](repeating: 0, count: x.count)
            table.exponential(x, &y, x.count)
            for (input, output) in zip(x, y) {
                let expected = exp(Double(input))
                let ulp = Double(Float(expected).ulp)
                #expect(abs(Double(output) - expected) <= 2 * ulp, "exp(\(input))")
            }
            // One float apart, a polynomial may lose an ulp; never more.
            #expect(zip(y, y.dropFirst()).allSatisfy { $1 >= $0 - $0.ulp })
        }
    }

    @Test func exponentialOfExtremesIsDefined() throws {
        for kernels in KernelSet.available {
            let table = try #require(bn_kernels_named(kernels.name)).pointee
            let x: [Float] = [
                -.infinity, -1e30, -88, -87.4, 88.8, 1e30, .infinity, 0, -0.0, .nan, 1e-38,
            ]
            var y = [Float](repeating: -1, count: x.count)
            table.exponential(x, &y, x.count)
            #expect(Array(y[..<4]) == [0, 0, 0, 0])
            #expect(Array(y[4..<7]) == [.infinity, .infinity, .infinity])
            #expect(y[7] == 1 && y[8] == 1 && y[9].isNaN && y[10] == 1)
        }
    }
}
