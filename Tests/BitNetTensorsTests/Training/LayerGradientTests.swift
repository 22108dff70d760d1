import BitNetTensors
import BitNetTestSupport
import Testing

/// Every backward pass against finite differences of its forward pass.
@Suite struct LayerGradientTests {
    private static func contexts() throws -> [TrainingContext] {
        try testContexts().map { try #require(TrainingContext($0, positions: 40)) }
    }

    /// The slope of Σ dy · f(x + h · direction) at 0 beside Σ gradient · direction.
    private func expectSlope(
        _ gradient: [Float], at x: [Float], dy: [Float], seed: UInt64,
        _ f: ([Float]) throws -> [Float]
    ) rethrows {
        let direction = randomFloats(x.count, seed: seed)
        func value(_ step: Float) throws -> Double {
            let moved = zip(x, direction).map { $0 + step * $1 }
            return zip(try f(moved), dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let step: Float = 1 / 256
        let slope = try (value(step) - value(-step)) / Double(2 * step)
        let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let size = zip(gradient, direction).reduce(1) { $0 + abs(Double($1.0) * Double($1.1)) }
        #expect(abs(slope - expected) <= 1e-3 * size, "\(slope), \(expected)")
    }

    @Test func norm() throws {
        let (tokens, width) = (5, 37)
        let x = randomFloats(tokens * width, seed: 1)
        let w = randomFloats(width, limit: 2, seed: 2)
        let dy = randomFloats(tokens * width, seed: 3)
        for context in try Self.contexts() {
            func forward(_ x: [Float], _ w: [Float]) throws -> [Float] {
                let out = try room(x.count)
                context.compute.normalize(
                    try buffer(x), tokens: tokens, RMSNorm(weights: try buffer(w), epsilon: 1e-2),
                    into: out)
                return out.all
            }
            let (dx, dw) = try (buffer([Float](repeating: 1, count: x.count)), room(width + 3))
            context.normalizeBackward(
                try buffer(x), tokens: tokens, RMSNorm(weights: try buffer(w), epsilon: 1e-2),
                try buffer(dy), into: dx, accumulate: true, weights: dw, offset: 3,
                inverses: try room(tokens))
            try expectSlope(dx.all.map { $0 - 1 }, at: x, dy: dy, seed: 4) { try forward($0, w) }
            try expectSlope(dw.values(3..<width + 3), at: w, dy: dy, seed: 5) {
                try forward(x, $0)
            }
            #expect(dw.values(0..<3) == [0, 0, 0])
        }
    }

    @Test(arguments: [GateActivation.reluSquared, .silu])
    func gate(_ activation: GateActivation) throws {
        let count = 3 * 29
        let gate = randomFloats(count, limit: 3, seed: 11)
        let up = randomFloats(count, seed: 12)
        let dy = randomFloats(count, seed: 13)
        for context in try Self.contexts() {
            func forward(_ gate: [Float], _ up: [Float]) throws -> [Float] {
                let out = try buffer(gate)
                context.compute.applyGate(activation, out, try buffer(up), tokens: 3, width: 29)
                return out.all
            }
            let (dgate, dup) = try (room(count), room(count))
            context.gateBackward(
                activation, try buffer(gate), try buffer(up), try buffer(dy), count: count,
                gate: dgate, up: dup)
            try expectSlope(dgate.all, at: gate, dy: dy, seed: 14) { try forward($0, up) }
            try expectSlope(dup.all, at: up, dy: dy, seed: 15) { try forward(gate, $0) }
        }
    }

    @Test(arguments: [1, 2, 17, 33])
    func attention(_ length: Int) throws {
        let heads = AttentionShape(heads: 4, keyValueHeads: 2, headDimension: 6)
        let shape = SequenceShape(sequences: 2, length: length)
        let (tokens, wide, narrow) = (shape.tokens, heads.queryWidth, heads.keyValueWidth)
        let q = randomFloats(tokens * wide, limit: 2, seed: 21)
        let k = randomFloats(tokens * narrow, limit: 2, seed: 22)
        let v = randomFloats(tokens * narrow, seed: 23)
        let dy = randomFloats(tokens * wide, seed: 24)
        for context in try Self.contexts() {
            func forward(_ q: [Float], _ k: [Float], _ v: [Float]) throws -> AttentionValues {
                let values = AttentionValues(
                    queries: try buffer(q), keys: try buffer(k), values: try buffer(v),
                    out: try room(q.count), statistics: try room(tokens * heads.heads * 2))
                context.attend(values, shape, heads)
                return values
            }
            let (dq, dk, dv) = try (room(q.count), room(k.count), room(v.count))
            context.attendBackward(
                try forward(q, k, v), shape, heads, out: try buffer(dy), queries: dq, keys: dk,
                values: dv)
            try expectSlope(dq.all, at: q, dy: dy, seed: 25) { try forward($0, k, v).out.all }
            try expectSlope(dk.all, at: k, dy: dy, seed: 26) { try forward(q, $0, v).out.all }
            try expectSlope(dv.all, at: v, dy: dy, seed: 27) { try forward(q, k, $0).out.all }
        }
    }

    @Test func embedding() throws {
        let (rows, width) = (7, 21)
        let tokens: [Int32] = [3, 0, 3, 6, 3]
        let dy = randomFloats(tokens.count * width, seed: 31)
        for context in try Self.contexts() {
            let gradient = try buffer([Float](repeating: 0, count: rows * width))
            context.embedBackward(
                tokens, try buffer(dy),
                into: FloatMatrix(gradient, rows: rows, columns: width))
            try expectSlope(
                gradient.all, at: randomFloats(rows * width, seed: 32), dy: dy, seed: 33
            ) { table in
                let out = try room(dy.count)
                context.embed(
                    tokens, FloatMatrix(try buffer(table), rows: rows, columns: width), into: out)
                return out.all
            }
        }
    }

    @Test func crossEntropy() throws {
        let (rows, width) = (4, 35)
        let targets: [Int32] = [0, 34, 7, 7]
        let weights: [Float] = [1, 0.25, -2, 0.5]
        let logits = randomFloats(rows * width, limit: 4, seed: 41)
        for context in try Self.contexts() {
            func losses(_ logits: [Float], into gradient: inout [Float]) throws -> [Float] {
                let memory = try buffer(logits)
                var losses: [Float] = []
                context.crossEntropy(
                    FloatMatrix(memory, rows: rows, columns: width), targets: targets[...],
                    weights: weights[...], into: &losses)
                gradient = memory.all
                return losses
            }
            var (gradient, unused): ([Float], [Float]) = ([], [])
            _ = try losses(logits, into: &gradient)
            try expectSlope(gradient, at: logits, dy: weights, seed: 42) {
                try losses($0, into: &unused)
            }
        }
    }
}
