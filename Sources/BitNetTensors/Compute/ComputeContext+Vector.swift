internal import CBitNetKernels

/// The weights of a root-mean-square norm.
public struct RMSNorm: Sendable {
    /// One factor for each value, (width).
    public let weights: AlignedBuffer<Float>
    /// Added to the mean square.
    public let epsilon: Float

    /// A norm of the width of `weights`.
    public init(weights: AlignedBuffer<Float>, epsilon: Float) {
        self.weights = weights
        self.epsilon = epsilon
    }
}

/// The gate of a feed-forward layer.
public enum GateActivation: String, Sendable, Codable {
    /// relu(gate)² · up, in float32: the square overflows float16.
    case reluSquared
    /// gate / (1 + exp(-gate)) · up.
    case silu
}

extension ComputeContext {
    /// What a value of a norm, a quantisation or a gate costs, in multiply-adds of a product.
    static let workPerValue = 16

    /// Normalises rows of `x`, (tokens, width), into `out`, which may be `x`.
    public func normalize(
        _ x: AlignedBuffer<Float>, tokens: Int, _ norm: RMSNorm, into out: AlignedBuffer<Float>
    ) {
        let width = norm.weights.count
        precondition(x.count >= tokens * width && out.count >= tokens * width, "rows do not fit")
        let table = table
        pool.split(tokens, work: tokens * width * Self.workPerValue) { share in
            for token in share {
                table.rms_norm(
                    x.base + token * width, norm.weights.base, width, norm.epsilon,
                    out.base + token * width)
            }
        }
    }

    /// Quantises rows of `x`, (tokens, width), each with its own scale; normalises them first when
    /// there is a norm, through `scratch` of the same shape, which may be `x` where that is not needed
    /// any more.
    public func quantize(
        _ x: AlignedBuffer<Float>, tokens: Int, width: Int, norm: RMSNorm?,
        scratch: AlignedBuffer<Float>, into out: QuantizedActivations
    ) {
        let columns = TernaryMatrix.padded(width)
        precondition(tokens <= out.tokenCapacity && columns <= out.columnCapacity, "too wide")
        precondition(x.count >= tokens * width && scratch.count >= tokens * width, "too short")
        precondition(norm == nil || norm?.weights.count == width, "norm of another width")
        out.tokens = tokens
        out.columns = columns
        let tile = bn_tile_tokens(tokens)
        let tiles = (tokens + tile - 1) / tile
        pool.split(tiles, work: tokens * width * Self.workPerValue) { share in
            for index in share {
                let range = index * tile..<min(tokens, (index + 1) * tile)
                for token in range {
                    // One row of scratch serves a tile, so that less of it is ever touched.
                    let place = scratch === x ? token : range.lowerBound
                    self.quantize(
                        token, x, width: width, norm, scratch.base + place * width, out)
                }
                guard tokens > 1 else { continue }
                self.table.pack_tile(
                    out.codes.base + range.lowerBound * columns, columns, range.count, columns,
                    out.packed.base + range.lowerBound * columns)
            }
        }
    }

    private func quantize(
        _ token: Int, _ x: AlignedBuffer<Float>, width: Int, _ norm: RMSNorm?,
        _ normalized: UnsafeMutablePointer<Float>, _ out: QuantizedActivations
    ) {
        var row = x.base + token * width
        if let norm {
            table.rms_norm(row, norm.weights.base, width, norm.epsilon, normalized)
            row = normalized
        }
        table.quantize(
            row, width, out.columns, out.codes.base + token * out.columns,
            out.scales.base + token, out.sums.base + token)
    }

    /// Applies the gate to whole rows of (tokens, width), into `gate`.
    public func applyGate(
        _ activation: GateActivation, _ gate: AlignedBuffer<Float>, _ up: AlignedBuffer<Float>,
        tokens: Int, width: Int
    ) {
        precondition(min(gate.count, up.count) >= tokens * width, "rows do not fit")
        pool.split(width, work: tokens * width * Self.workPerValue) { range in
            self.gate(activation, gate, up, tokens: tokens, width: width, range: range)
        }
    }

    /// Applies the gate to `range` of rows of (tokens, width), in the calling thread.
    func gate(
        _ activation: GateActivation, _ gate: AlignedBuffer<Float>, _ up: AlignedBuffer<Float>,
        tokens: Int, width: Int, range: Range<Int>
    ) {
        let apply = activation == .silu ? table.silu_gate : table.relu_squared_gate
        for token in 0..<tokens {
            let offset = token * width + range.lowerBound
            apply?(gate.base + offset, up.base + offset, range.count)
        }
    }
}
