internal import BitNetTensors

/// What a token costs in bytes read and in multiply-adds.
extension BitNetModel {
    /// Bytes that one decoded token reads, cache apart: all projections and the output head.
    ///
    /// Of a quantised head, what choosing the most likely tokens needs. Zeros may save some of it.
    public var bytesPerToken: Int { bytesPerToken(closedGates: 0, zeroInputs: 0) }

    /// The same where a share of the gates is closed and a share of the down projections' inputs is
    /// zero: rows and columns that need not be read are left out.
    public func bytesPerToken(closedGates: Double, zeroInputs: Double) -> Int {
        StepProfile.Step.allCases.reduce(0) {
            $0 + bytesPerToken(of: $1, closedGates: closedGates, zeroInputs: zeroInputs)
        }
    }

    /// Bytes of weights that one kind of step reads for a decoded token, such zeros left out; 0 for steps
    /// that read none.
    public func bytesPerToken(
        of step: StepProfile.Step, closedGates: Double, zeroInputs: Double
    ) -> Int {
        let skips = configuration.activation == .reluSquared
        func left(_ linear: Linear, _ zeros: Double) -> Int {
            Int((Double(linear.byteCount) * (skips ? 1 - zeros : 1)).rounded())
        }
        func sum(_ bytes: (TransformerBlock) -> Int) -> Int {
            blocks.reduce(0) { $0 + bytes($1) }
        }
        return switch step {
        case .embedding, .quantization, .rotation, .attention: 0
        case .queryKeyValue:
            sum {
                $0.attention.query.byteCount + $0.attention.key.byteCount
                    + $0.attention.value.byteCount
            }
        case .output: sum { $0.attention.output.byteCount }
        case .gateUp: sum { $0.feedForward.gate.byteCount + left($0.feedForward.up, closedGates) }
        case .down: sum { left($0.feedForward.down, zeroInputs) }
        case .head: head.bytesPerToken
        }
    }

    /// Bytes of all projections.
    public var bodyByteCount: Int {
        blocks.reduce(0) { $0 + $1.projections.reduce(0) { $0 + $1.byteCount } }
    }

    /// Multiply-adds of all projections for one token.
    public var multiplyAddsPerToken: Int {
        blocks.reduce(0) { $0 + $1.projections.reduce(0) { $0 + $1.rows * $1.columns } }
    }
}
