/// Activations as int8 codes, one scale a token (absmax quantisation), ready for ternary products.
public final class QuantizedActivations: @unchecked Sendable {
    // @unchecked Sendable: written by one `quantize` at a time, as its buffers demand.
    /// The most tokens it holds.
    public let tokenCapacity: Int
    /// The widest padded row it holds.
    public let columnCapacity: Int
    /// The tokens it holds now.
    public internal(set) var tokens = 0
    /// The padded width of a row now.
    public internal(set) var columns = 0

    let codes: AlignedBuffer<Int8>  // (tokens, columns)
    let packed: AlignedBuffer<Int8>  // the same, in tiles of tokens, unless there is one token
    let sums: AlignedBuffer<Int32>  // (tokens): each token's sum of codes
    let scales: AlignedBuffer<Float>  // (tokens): 127 / absmax
    let factors: AlignedBuffer<Float>  // (products, tokens): weight scale / activation scale

    /// The most products that share one quantised input (query, key and value).
    static let productCapacity = 3

    /// Room for `tokens` rows of up to `columns` values; nil when memory is short or a size is
    /// below 1.
    public init?(tokens: Int, columns: Int) {
        guard (1...1 << 48).contains(tokens), (1...1 << 48).contains(columns) else { return nil }
        let padded = TernaryMatrix.padded(columns)
        let size = tokens.multipliedReportingOverflow(by: padded)
        guard !size.overflow, let codes = AlignedBuffer<Int8>(count: size.partialValue),
            let packed = AlignedBuffer<Int8>(count: size.partialValue),
            let sums = AlignedBuffer<Int32>(count: tokens),
            let scales = AlignedBuffer<Float>(count: tokens),
            let factors = AlignedBuffer<Float>(count: tokens * Self.productCapacity)
        else { return nil }
        tokenCapacity = tokens
        columnCapacity = padded
        self.codes = codes
        self.packed = packed
        self.sums = sums
        self.scales = scales
        self.factors = factors
    }

    /// The codes of one token, the padding included, for tests and reports.
    public func codes(token: Int) -> [Int8] {
        codes.values(token * columns..<(token + 1) * columns)
    }

    /// The scale of one token: 127 / absmax.
    public func scale(token: Int) -> Float { scales[token] }
}
