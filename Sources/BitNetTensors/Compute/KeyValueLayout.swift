internal import CBitNetKernels

/// How keys and values are cached.
public enum KeyValueFormat: String, Sendable, CaseIterable {
    /// Two bytes a value.
    case float16
    /// Four bytes a value, exact; for tests and references.
    case float32
    /// One byte a value, and for each head's key and value a float32 scale: its largest magnitude
    /// divided by 127.
    case int8

    var kernelFormat: bn_cache_format {
        switch self {
        case .float16: BN_CACHE_F16
        case .float32: BN_CACHE_F32
        case .int8: BN_CACHE_I8
        }
    }
}

/// The shape of a model's keys and values, and where they lie in a page.
///
/// A page has 256 positions of all layers and heads, each (layer, head): 256 rows of keys, 256 rows
/// of values, and the scales of both where the format has them. Attention reads a head's block as one
/// stream. A row is the head's width rounded up to 16 (32 for int8), zero beyond it.
public struct KeyValueLayout: Sendable, Equatable {
    /// The number of layers.
    public let layers: Int
    /// Key/value heads of a layer.
    public let heads: Int
    /// Values of a head.
    public let headDimension: Int
    /// How values are stored.
    public let format: KeyValueFormat
    /// Bytes of a page.
    public let pageBytes: Int

    /// Bytes of a row of keys or values.
    let rowBytes: Int
    /// Bytes of one head's block.
    private let headBytes: Int

    /// Positions of a page.
    public static let pagePositions = Int(BN_ATTENTION_BLOCK)
    /// More positions, layers or values than any model has; sums of such numbers cannot overflow.
    static let positionLimit = 1 << 48
    /// The widest head: a query of 9 bits is left beside an int8 cache, see bn_attention_arguments.
    static let widthLimit = 1 << 16

    /// A layout; nil when a size is below 1 or beyond any model's.
    public init?(layers: Int, heads: Int, headDimension: Int, format: KeyValueFormat) {
        guard
            [layers, heads, headDimension].allSatisfy({ $0 >= 1 && $0 <= Self.positionLimit }),
            headDimension <= Self.widthLimit
        else { return nil }
        self.layers = layers
        self.heads = heads
        self.headDimension = headDimension
        self.format = format
        rowBytes = bn_cache_row_bytes(format.kernelFormat, headDimension)
        headBytes = bn_cache_block_bytes(format.kernelFormat, headDimension)
        guard let bytes = headBytes.multiplied(by: layers)?.multiplied(by: heads) else {
            return nil
        }
        pageBytes = bytes
    }

    /// The bytes that one position takes.
    public var bytesPerPosition: Int { pageBytes / Self.pagePositions }

    /// The pages that `positions` positions take.
    public static func pages(_ positions: Int) -> Int { bn_attention_blocks(positions) }

    /// Where a head's block starts in a page.
    func block(layer: Int, head: Int) -> Int {
        precondition(layer >= 0 && layer < layers && head >= 0 && head < heads, "no such head")
        return (layer * heads + head) * headBytes
    }

    /// Where the scales of a head's keys start in its block; those of its values follow.
    var scales: Int { 2 * Self.pagePositions * rowBytes }
}

extension Int {
    /// The product, nil on overflow.
    func multiplied(by other: Int) -> Int? {
        let product = multipliedReportingOverflow(by: other)
        return product.overflow ? nil : product.partialValue
    }
}
