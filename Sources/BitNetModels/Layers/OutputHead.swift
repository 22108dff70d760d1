public import BitNetTensors

/// The output head: hidden states to logits.
public enum OutputHead: Sendable {
    /// As the file stores it; the embedding itself when tied.
    case stored(DenseMatrix)
    /// With 8 or 4 bits a weight.
    case quantized(QuantizedHead)

    /// The bytes of its weights.
    public var byteCount: Int {
        switch self {
        case .stored(let matrix): matrix.byteCount
        case .quantized(let head): head.byteCount
        }
    }

    /// The bytes that a decoded token reads, where only the most likely tokens are asked for.
    public var bytesPerToken: Int {
        switch self {
        case .stored(let matrix): matrix.byteCount
        case .quantized(let head): head.chosenByteCount
        }
    }
}

/// How the output head is kept.
public enum HeadPrecision: String, Sendable, CaseIterable {
    /// 8 bits where the stored head is larger than 64 MiB, as stored otherwise.
    case automatic = "auto"
    /// As the file stores it, whose logits agree with the reference implementation's.
    case stored
    /// 8 bits a weight and a scale for each row: logits differ by a few thousandths of their range.
    case bits8 = "8"
    /// 4 bits a weight: the smallest, at a cost in quality.
    case bits4 = "4"

    /// Bits to quantise `matrix` to; nil to keep it.
    func bits(_ matrix: DenseMatrix) -> Int? {
        bits(storedBytes: matrix.byteCount, columns: matrix.columns)
    }

    /// Bits to quantise a head of that size and width to; nil to keep it.
    public func bits(storedBytes: Int, columns: Int) -> Int? {
        switch self {
        case .stored: nil
        case .bits8: 8
        case .bits4: 4
        case .automatic:
            storedBytes > 64 << 20 && columns <= QuantizedHead.columnLimit ? 8 : nil
        }
    }
}
