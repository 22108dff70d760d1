public import BitNetTensors

/// The attention layer's weights.
public struct AttentionWeights: Sendable {
    /// Normalises the residual stream.
    public let inputNorm: RMSNorm
    /// Weights, (heads · width, hidden).
    public let query: Linear
    /// Weights, (key/value heads · width, hidden).
    public let key: Linear
    /// Weights, (key/value heads · width, hidden).
    public let value: Linear
    /// Between attention and output projection, in BitNet b1.58.
    public let subNorm: RMSNorm?
    /// Weights, (hidden, heads · width).
    public let output: Linear
}

/// The feed-forward layer's weights.
public struct FeedForwardWeights: Sendable {
    /// Normalises the residual stream.
    public let inputNorm: RMSNorm
    /// Weights, (feed-forward, hidden).
    public let gate: Linear
    /// Weights, (feed-forward, hidden).
    public let up: Linear
    /// Between the gate and the down projection, in BitNet b1.58.
    public let subNorm: RMSNorm?
    /// Weights, (hidden, feed-forward).
    public let down: Linear
}

/// One layer: attention, then feed-forward, each added to the residual stream.
public struct TransformerBlock: Sendable {
    /// The attention layer.
    public let attention: AttentionWeights
    /// The feed-forward layer.
    public let feedForward: FeedForwardWeights

    /// All projections, in the order of their use.
    public var projections: [Linear] {
        [
            attention.query, attention.key, attention.value, attention.output, feedForward.gate,
            feedForward.up, feedForward.down,
        ]
    }
}
