/// How a tensor's values are stored in bytes.
///
/// Raw values are the names in messages and options. Block layouts are those of GGUF.
public enum TensorEncoding: String, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float32
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a binary32.
    case bfloat16
    /// Plain bytes; Hugging Face checkpoints pack four ternary weights into each.
    case uint8
    /// 32 signed bytes and a float16 scale.
    case q8_0
    /// 256 values of 6 bits, 16 scales of 8 bits and a float16 scale.
    case q6_K
    /// 32 values of 4 bits and a float16 scale.
    case q4_0
    /// Ternary, 2 bits a value in blocks of 128, one float32 scale behind the tensor's data.
    case i2_s
    /// Ternary, five values to a byte in blocks of 256 with a float16 scale.
    case tq1_0
    /// Ternary, 2 bits a value in blocks of 256 with a float16 scale.
    case tq2_0

    /// The bytes that follow an I2_S tensor's data: the float32 scale and padding.
    static let i2_sTailSize = 32

    /// The number of values in one block.
    public var valuesPerBlock: Int {
        switch self {
        case .float32, .float16, .bfloat16, .uint8: 1
        case .q8_0, .q4_0: 32
        case .i2_s: 128
        case .q6_K, .tq1_0, .tq2_0: 256
        }
    }

    /// The size of one block in bytes; for I2_S without the tensor's tail of 32 bytes.
    public var bytesPerBlock: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .uint8: 1
        case .q8_0: 34
        case .q6_K: 210
        case .q4_0: 18
        case .i2_s: 32
        case .tq1_0: 54
        case .tq2_0: 66
        }
    }

    /// Whether values are -1, 0 and +1 with a scale.
    public var isTernary: Bool {
        switch self {
        case .i2_s, .tq1_0, .tq2_0: true
        default: false
        }
    }

    /// The bytes that a tensor of `valueCount` values takes, its tail included.
    ///
    /// Nil when the values do not fill whole blocks, or when the size overflows.
    public func byteCount(valueCount: Int) -> Int? {
        guard valueCount >= 0, valueCount % valuesPerBlock == 0 else { return nil }
        let blocks = (valueCount / valuesPerBlock).multipliedReportingOverflow(by: bytesPerBlock)
        let tail = self == .i2_s ? Self.i2_sTailSize : 0
        let total = blocks.partialValue.addingReportingOverflow(tail)
        return blocks.overflow || total.overflow ? nil : total.partialValue
    }
}
