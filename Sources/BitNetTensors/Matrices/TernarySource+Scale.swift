extension TernarySource {
    /// What a code of +1 stands for, in a matrix of `valueCount` values.
    ///
    /// Reads the scale of every block of TQ1_0 and TQ2_0, and nothing else of the weights.
    public func scale(valueCount: Int) throws(TensorCodecError) -> Float {
        switch self {
        case .blocks(let region, let encoding):
            try TensorCodec.ternaryScale(region, encoding, totalValueCount: valueCount)
        case .packed(_, let scale), .floats(_, _, .exact(let scale)): scale
        case .floats(_, _, .absoluteMean(let inverse)): 1 / inverse
        }
    }
}
