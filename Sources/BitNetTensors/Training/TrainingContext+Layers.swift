internal import CBitNetKernels

/// The shape of sequences that attend within themselves: `sequences` of `length` tokens.
public struct SequenceShape: Sendable, Equatable {
    /// Sequences.
    public let sequences: Int
    /// Tokens of each.
    public let length: Int

    /// `sequences` of `length` tokens.
    public init(sequences: Int, length: Int) {
        self.sequences = sequences
        self.length = length
    }

    /// All tokens.
    public var tokens: Int { sequences * length }
}

extension TrainingContext {
    /// Backward of ``ComputeContext/normalize(_:tokens:_:into:)`` for rows of `x`, (tokens, width):
    /// writes, or adds, the inputs' gradient to `dx` and adds the weights' to `dw`, at `offset`.
    ///
    /// `inverses` has room for one value a token.
    public func normalizeBackward(
        _ x: AlignedBuffer<Float>, tokens: Int, _ norm: RMSNorm, _ dy: AlignedBuffer<Float>,
        into dx: AlignedBuffer<Float>, accumulate: Bool, weights dw: AlignedBuffer<Float>,
        offset: Int, inverses: AlignedBuffer<Float>
    ) {
        let width = norm.weights.count
        precondition(min(x.count, dy.count, dx.count) >= tokens * width, "rows do not fit")
        precondition(dx !== dy, "the weights' gradient needs dy")
        precondition(inverses.count >= tokens && dw.count >= offset + width, "no room")
        let table = table
        let work = tokens * width * ComputeContext.workPerValue
        split(tokens, work: work) { share, _ in
            for token in share {
                let row = token * width
                inverses.base[token] = table.rms_norm_backward(
                    x.base + row, norm.weights.base, dy.base + row, width, norm.epsilon,
                    dx.base + row, accumulate)
            }
        }
        split(width, work: work) { columns, _ in
            for token in 0..<tokens {
                let start = token * width + columns.lowerBound
                table.rms_norm_weight_backward(
                    x.base + start, dy.base + start, inverses.base[token], columns.count,
                    dw.base + offset + columns.lowerBound)
            }
        }
    }

    /// Gradients of gate and up, (tokens · width), from that of the gated product `dh`.
    public func gateBackward(
        _ activation: GateActivation, _ gate: AlignedBuffer<Float>, _ up: AlignedBuffer<Float>,
        _ dh: AlignedBuffer<Float>, count: Int, gate dgate: AlignedBuffer<Float>,
        up dup: AlignedBuffer<Float>
    ) {
        precondition(
            min(gate.count, up.count, dh.count, dgate.count, dup.count) >= count, "too short")
        let backward =
            switch activation {
            case .reluSquared: table.relu_squared_backward
            case .silu: table.silu_backward
            }
        split(count, work: count * ComputeContext.workPerValue) { share, _ in
            let start = share.lowerBound
            backward?(
                gate.base + start, up.base + start, dh.base + start, share.count,
                dgate.base + start, dup.base + start)
        }
    }

    /// Turns the heads of rows of `x`, (tokens, heads · width), by their positions in the sequence;
    /// backward with a table of negated sines.
    public func rotate(
        _ x: AlignedBuffer<Float>, _ shape: SequenceShape, heads: Int, headDimension: Int,
        _ table: RotaryTable
    ) {
        let width = heads * headDimension
        precondition(x.count >= shape.tokens * width, "rows do not fit")
        precondition(table.cosines.count >= shape.length * table.half, "too few positions")
        let rotate = compute.table.rotate_half
        split(shape.tokens, work: shape.tokens * width * 4) { share, _ in
            for token in share {
                let angle = token % shape.length * table.half
                for head in 0..<heads {
                    let row = x.base + token * width + head * headDimension
                    rotate?(
                        row, table.cosines.base + angle, table.sines.base + angle, headDimension,
                        row)
                }
            }
        }
    }

    /// Adds `y` to `x`, `count` values of each.
    public func add(_ y: AlignedBuffer<Float>, to x: AlignedBuffer<Float>, count: Int) {
        precondition(min(x.count, y.count) >= count, "too short")
        let table = table
        split(count, work: count * 2) { share, _ in
            table.add(x.base + share.lowerBound, y.base + share.lowerBound, share.count)
        }
    }

    /// Copies `count` values of `x` to `out`.
    public func copy(_ x: AlignedBuffer<Float>, to out: AlignedBuffer<Float>, count: Int) {
        precondition(min(x.count, out.count) >= count, "too short")
        split(count, work: count) { share, _ in
            (out.base + share.lowerBound).update(
                from: x.base + share.lowerBound, count: share.count)
        }
    }
}
