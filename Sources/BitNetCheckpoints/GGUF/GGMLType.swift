internal import BitNetTensors

/// A tensor type number of GGUF files: its name and, where it has one layout, its block size.
struct GGMLType {
    /// The name that programs print for the type.
    let name: String
    /// The encoding, when this package reads it.
    let encoding: TensorEncoding?
    /// Values and bytes in a block; nil when unknown or when builds disagree about the layout.
    let block: (values: Int, bytes: Int)?

    private init(_ name: String, _ encoding: TensorEncoding) {
        self.name = name
        self.encoding = encoding
        self.block = (encoding.valuesPerBlock, encoding.bytesPerBlock)
    }

    private init(_ name: String, _ block: (values: Int, bytes: Int)? = nil) {
        self.name = name
        self.encoding = nil
        self.block = block
    }

    /// The bytes a tensor of `elementCount` values takes; nil when unknown or on overflow.
    func byteCount(elementCount: Int) -> Int? {
        if let encoding { return encoding.byteCount(valueCount: elementCount) }
        guard let block, elementCount % block.values == 0 else { return nil }
        let size = (elementCount / block.values).multipliedReportingOverflow(by: block.bytes)
        return size.overflow ? nil : size.partialValue
    }

    /// The type with number `id`; numbers of no known program get a name made of the number.
    static func withID(_ id: UInt32) -> GGMLType { known[id] ?? GGMLType("type \(id)") }

    /// The number under which tensors of `encoding` are written; nil for `uint8`.
    static func id(of encoding: TensorEncoding) -> UInt32? {
        switch encoding {
        case .float32: 0
        case .float16: 1
        case .q4_0: 2
        case .q8_0: 8
        case .q6_K: 14
        case .bfloat16: 30
        case .tq1_0: 34
        case .tq2_0: 35
        case .i2_s: 36
        case .uint8: nil
        }
    }

    // Numbers up to 35 and 40: ggml. 36 to 38 and TL2: bitnet.cpp. 134 and above: ik_llama.cpp.
    private static let known: [UInt32: GGMLType] = [
        0: GGMLType("F32", .float32),
        1: GGMLType("F16", .float16),
        2: GGMLType("Q4_0", .q4_0),
        3: GGMLType("Q4_1", (32, 20)),
        4: GGMLType("Q4_2"),
        5: GGMLType("Q4_3"),
        6: GGMLType("Q5_0", (32, 22)),
        7: GGMLType("Q5_1", (32, 24)),
        8: GGMLType("Q8_0", .q8_0),
        9: GGMLType("Q8_1"),
        10: GGMLType("Q2_K", (256, 84)),
        11: GGMLType("Q3_K", (256, 110)),
        12: GGMLType("Q4_K", (256, 144)),
        13: GGMLType("Q5_K", (256, 176)),
        14: GGMLType("Q6_K", .q6_K),
        15: GGMLType("Q8_K", (256, 292)),
        16: GGMLType("IQ2_XXS", (256, 66)),
        17: GGMLType("IQ2_XS", (256, 74)),
        18: GGMLType("IQ3_XXS", (256, 98)),
        19: GGMLType("IQ1_S", (256, 50)),
        20: GGMLType("IQ4_NL", (32, 18)),
        21: GGMLType("IQ3_S", (256, 110)),
        22: GGMLType("IQ2_S", (256, 82)),
        23: GGMLType("IQ4_XS", (256, 136)),
        24: GGMLType("I8", (1, 1)),
        25: GGMLType("I16", (1, 2)),
        26: GGMLType("I32", (1, 4)),
        27: GGMLType("I64", (1, 8)),
        28: GGMLType("F64", (1, 8)),
        29: GGMLType("IQ1_M", (256, 56)),
        30: GGMLType("BF16", .bfloat16),
        31: GGMLType("Q4_0_4_4"),
        32: GGMLType("Q4_0_4_8"),
        33: GGMLType("Q4_0_8_8"),
        34: GGMLType("TQ1_0", .tq1_0),
        35: GGMLType("TQ2_0", .tq2_0),
        36: GGMLType("I2_S", .i2_s),
        37: GGMLType("I8_S"),
        38: GGMLType("TL1"),
        39: GGMLType("TL2 or MXFP4"),
        40: GGMLType("NVFP4"),
        41: GGMLType("Q1_0"),
        42: GGMLType("Q2_0"),
        134: GGMLType("IQ1_BN"),
        135: GGMLType("IQ2_BN"),
        335: GGMLType("IQ2_BN_R4"),
    ]
}
