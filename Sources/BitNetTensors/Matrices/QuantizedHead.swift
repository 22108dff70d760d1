internal import CBitNetKernels

/// An output head with 8-bit weights, each row with a scale of its own, in two planes of 4 bits.
///
/// The weights of the norm in front are part of it: row r is quantised as w[r][k] · norm[k], so that
/// columns weigh as much in the rounding as they do in a logit. The format, its rounding and its exact
/// sums are described in `bitnet_head.h`. The plane of high
/// digits alone, half of the bytes, tells which tokens can be among the most likely; with 4 bits it is
/// all there is.
public struct QuantizedHead: Sendable {
    /// The number of tokens of the vocabulary.
    public let rows: Int
    /// The width of the hidden state.
    public let columns: Int
    /// Bits of a weight: 8 or 4.
    public let bits: Int
    /// Whether the low digits are noise to the high ones, so that a plane alone can choose candidates.
    ///
    /// Not so for weights of few levels, whose rounding errors repeat their signs.
    public let highPlaneChooses: Bool

    let high: AlignedBuffer<UInt8>  // (rows, padded columns / 2)
    let low: AlignedBuffer<UInt8>?
    let scales: AlignedBuffer<Float>  // (rows)
    /// The norm of its input: that of the model with all weights 1.
    public let inputNorm: RMSNorm

    /// The widest hidden state whose sums fit into int32.
    public static var columnLimit: Int { Int(BN_HEAD_COLUMNS) }

    /// `columns` rounded up to whole lines.
    static func padded(_ columns: Int) -> Int {
        let line = Int(BN_HEAD_LINE_COLUMNS)
        return (columns + line - 1) / line * line
    }

    var paddedColumns: Int { Self.padded(columns) }
    private var rowBytes: Int { paddedColumns / 2 }

    /// The bytes that a head of that shape takes.
    public static func byteCount(rows: Int, columns: Int, bits: Int) -> Int {
        rows * (padded(columns) / 8 * bits + 4)
    }

    /// The bytes of planes and scales.
    public var byteCount: Int { high.count + (low?.count ?? 0) + 4 * rows }

    /// The bytes that choosing candidates reads: the high plane and the scales.
    public var chosenByteCount: Int { highPlaneChooses ? high.count + 4 * rows : byteCount }

    /// Up to so many allowed rows are read one by one; scattered, both planes cost more than a stream
    /// of the high one from about a fifth of the rows on.
    public var listedLimit: Int { rows / 8 }

    /// Quantises `matrix` behind `norm` with all threads; nil when memory is short or rows are too wide.
    ///
    /// The file's pages are dropped as they have been read, so that file and copy are not both
    /// resident.
    public init?(_ matrix: DenseMatrix, _ norm: RMSNorm, bits: Int, _ compute: ComputeContext) {
        precondition(bits == 8 || bits == 4, "\(bits) bits; expected 8 or 4")
        let rowBytes = Self.padded(matrix.columns) / 2
        let size = matrix.rows.multipliedReportingOverflow(by: rowBytes)
        precondition(norm.weights.count == matrix.columns, "a norm of another width")
        guard matrix.columns <= Self.columnLimit, !size.overflow,
            let ones = AlignedBuffer<Float>(count: matrix.columns),
            let high = AlignedBuffer<UInt8>(count: size.partialValue, hugePages: true),
            let low = AlignedBuffer<UInt8>(
                count: bits == 8 ? size.partialValue : Self.stepRows * rowBytes, hugePages: true),
            let scales = AlignedBuffer<Float>(count: matrix.rows)
        else { return nil }
        ones.assign([Float](repeating: 1, count: matrix.columns))
        inputNorm = RMSNorm(weights: ones, epsilon: norm.epsilon)
        rows = matrix.rows
        columns = matrix.columns
        self.bits = bits
        self.high = high
        self.low = bits == 8 ? low : nil
        self.scales = scales
        highPlaneChooses = Self.encode(matrix, norm, bits: bits, high, low, scales, compute)
    }

    /// Rows after which the file's pages are dropped.
    private static let stepRows = 1024

    /// Fills the planes; returns whether low digits are noise to the high ones.
    private static func encode(
        _ matrix: DenseMatrix, _ norm: RMSNorm, bits: Int, _ high: AlignedBuffer<UInt8>,
        _ low: AlignedBuffer<UInt8>, _ scales: AlignedBuffer<Float>, _ compute: ComputeContext
    ) -> Bool {
        let width = padded(matrix.columns)
        let rowBytes = width / 2
        var isNoise = true
        for start in stride(from: 0, to: matrix.rows, by: stepRows) {
            let step = start..<min(start + stepRows, matrix.rows)
            let first = bits == 8 ? start : 0
            compute.pool.split(step.count) { share in
                guard let row = AlignedBuffer<Float>(count: width) else { return }
                for index in share {
                    compute.decodeRow(start + index, of: matrix, into: row)
                    for column in 0..<matrix.columns {
                        row.base[column] *= norm.weights.base[column]
                    }
                    compute.table.head_encode(
                        row.base, matrix.columns, width, high.pointer((start + index) * rowBytes),
                        low.pointer((first + index) * rowBytes), scales.base + start + index)
                }
            }
            matrix.discardRows(step)
            for index in Swift.stride(from: 0, to: step.count, by: 256) {
                isNoise =
                    isNoise
                    && isUncorrelated(
                        high.pointer((start + index) * rowBytes),
                        low.pointer((first + index) * rowBytes), rowBytes)
            }
        }
        return isNoise
    }

    /// Whether the two digits of a row's weights are nearly uncorrelated, |r| < 0.25 beyond chance.
    ///
    /// For weights of a smooth distribution r is about -0.1: digits are rounded towards their mean.
    /// What a logit misses by that is |r| · 4.61 · sqrt(columns) · cosine(row, state) · |state|: with
    /// r = 0.25, 2,560 columns and a cosine of 0.3, half of the eight deviations that are allowed for.
    private static func isUncorrelated(
        _ high: UnsafePointer<UInt8>, _ low: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        var product = 0
        var highs = 0
        var lows = 0
        for index in 0..<count {
            for shift in [0, 4] {
                let h = Int(high[index] >> shift & 15) - 8
                let l = Int(low[index] >> shift & 15) - 8
                product += h * l
                highs += h * h
                lows += l * l
            }
        }
        guard product != 0 else { return true }
        let correlation =
            Double(product) / (Double(highs).squareRoot() * Double(lows).squareRoot())
        return abs(correlation) < 0.25 + 4 / Double(2 * count).squareRoot()
    }
}
