internal import BitNetTensors

/// A dtype of safetensors files: the bits of an element, and the encoding when it can be read.
struct SafetensorsType {
    /// The bits of one element.
    let bits: Int
    /// The encoding, when this package reads it.
    let encoding: TensorEncoding?

    /// The bytes of `elementCount` elements; nil when they overflow or fill no whole byte.
    func byteCount(elementCount: Int) -> Int? {
        let total = elementCount.multipliedReportingOverflow(by: bits)
        return total.overflow || total.partialValue % 8 != 0 ? nil : total.partialValue / 8
    }

    /// The dtype called `name`, or nil for one this package does not know.
    static func named(_ name: String) -> SafetensorsType? {
        switch name {
        case "F32": SafetensorsType(bits: 32, encoding: .float32)
        case "F16": SafetensorsType(bits: 16, encoding: .float16)
        case "BF16": SafetensorsType(bits: 16, encoding: .bfloat16)
        case "U8": SafetensorsType(bits: 8, encoding: .uint8)
        case "BOOL", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
            SafetensorsType(bits: 8, encoding: nil)
        case "I16", "U16": SafetensorsType(bits: 16, encoding: nil)
        case "I32", "U32": SafetensorsType(bits: 32, encoding: nil)
        case "I64", "U64", "F64", "C64": SafetensorsType(bits: 64, encoding: nil)
        case "F4": SafetensorsType(bits: 4, encoding: nil)
        case "F6_E2M3", "F6_E3M2": SafetensorsType(bits: 6, encoding: nil)
        default: nil
        }
    }

    /// The dtype under which tensors of `encoding` are written; nil for block encodings.
    static func name(of encoding: TensorEncoding) -> String? {
        switch encoding {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .uint8: "U8"
        case .q8_0, .q6_K, .q4_0, .i2_s, .tq1_0, .tq2_0: nil
        }
    }
}
