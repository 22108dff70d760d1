internal import CBitNetKernels

/// How the codes of a ternary matrix are packed; drawn in `bitnet_ternary.h`.
///
/// Products give the same bits from either; they differ in memory and in the cost of unpacking.
public enum TernaryPacking: String, Sendable, CaseIterable {
    /// Four codes in a byte: the cheapest to unpack.
    case twoBit = "2bit"
    /// Five codes in a byte, 1.6 bits a weight: four fifths of the memory.
    case base3

    /// The kernels' name of it.
    var kernelPacking: bn_ternary_packing {
        switch self {
        case .twoBit: BN_PACK_2BIT
        case .base3: BN_PACK_BASE3
        }
    }

    /// Lines that are packed together.
    var groupLines: Int {
        switch self {
        case .twoBit: 1
        case .base3: Int(BN_GROUP_LINES)
        }
    }

    /// Bytes of the lines of `count` codes, a multiple of 256.
    func byteCount(codes count: Int) -> Int {
        bn_packed_bytes(kernelPacking, count / Int(BN_LINE_CODES))
    }
}
