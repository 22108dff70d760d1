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

/// The keys and values of one sequence, for all layers.
///
/// Blocks of 256 positions, each (layer, head): 256 rows of keys, 256 rows of values, and the scales
/// of both where the format has them. Attention reads a head's block as one stream. A row is the
/// head's width rounded up to 16 (32 for int8), zero beyond it.
///
/// Memory is paid for as positions are written: by the page, or by whole blocks where these are
/// large enough for pages of 2 MiB, which are read faster.
public final class KeyValueMemory: Sendable {
    /// The number of layers.
    public let layers: Int
    /// Key/value heads of a layer.
    public let heads: Int
    /// Values of a head.
    public let headDimension: Int
    /// The most positions it holds.
    public let capacity: Int
    /// How values are stored.
    public let format: KeyValueFormat

    /// More positions, layers or values than any model has; sums of such numbers cannot overflow.
    static let positionLimit = 1 << 48
    /// The widest head: a query of 9 bits is left beside an int8 cache, see bn_attention_arguments.
    static let widthLimit = 1 << 16
    /// Blocks below this many bytes use ordinary pages.
    private static let smallestHugeBlock = 2 << 20

    /// Bytes of a row of keys or values.
    private let rowBytes: Int
    /// Bytes of one head's block.
    private let headBytes: Int
    /// Bytes from a block of positions to the next, which all layers and heads are in.
    let blockPitch: Int
    private let bytes: AlignedBuffer<UInt8>

    /// Reserves room for `capacity` positions; nil when memory is short or a size is below 1 or
    /// beyond any model's.
    public init?(
        layers: Int, heads: Int, headDimension: Int, capacity: Int, format: KeyValueFormat
    ) {
        guard
            [layers, heads, headDimension, capacity].allSatisfy({
                $0 >= 1 && $0 <= Self.positionLimit
            }), headDimension <= Self.widthLimit
        else { return nil }
        self.layers = layers
        self.heads = heads
        self.headDimension = headDimension
        self.capacity = capacity
        self.format = format
        rowBytes = bn_cache_row_bytes(format.kernelFormat, headDimension)
        headBytes = bn_cache_block_bytes(format.kernelFormat, headDimension)
        let pitch = headBytes.multiplied(by: layers)?.multiplied(by: heads)
        let blocks = bn_attention_blocks(capacity)
        guard let pitch, let size = pitch.multiplied(by: blocks) else { return nil }
        blockPitch = pitch
        // The last block may never be filled: it has pages of its own, where they end with it.
        let whole = pitch >= Self.smallestHugeBlock ? capacity / Int(BN_ATTENTION_BLOCK) : 0
        guard let bytes = AlignedBuffer<UInt8>(count: size, hugePages: whole * pitch)
        else { return nil }
        self.bytes = bytes
    }

    /// The bytes that one position takes.
    public var bytesPerPosition: Int { blockPitch / Int(BN_ATTENTION_BLOCK) }

    /// A head's block of the first positions; the others follow at `blockPitch`.
    func firstBlock(layer: Int, head: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(block(layer: layer, head: head, position: 0))
    }

    /// The key (or value) of a head at `position`.
    func row(
        layer: Int, head: Int, position: Int, values: Bool
    ) -> UnsafeMutableRawPointer {
        let row = position % Int(BN_ATTENTION_BLOCK) + (values ? Int(BN_ATTENTION_BLOCK) : 0)
        return UnsafeMutableRawPointer(
            block(layer: layer, head: head, position: position) + row * rowBytes)
    }

    /// The scale of that row in an int8 cache.
    func scale(
        layer: Int, head: Int, position: Int, values: Bool
    ) -> UnsafeMutablePointer<Float> {
        precondition(format == .int8, "only int8 caches have scales")
        let scales = UnsafeMutableRawPointer(
            block(layer: layer, head: head, position: position)
                + 2 * Int(BN_ATTENTION_BLOCK) * rowBytes)
        return scales.assumingMemoryBound(to: Float.self)
            + position % Int(BN_ATTENTION_BLOCK) + (values ? Int(BN_ATTENTION_BLOCK) : 0)
    }

    private func block(layer: Int, head: Int, position: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(
            layer >= 0 && layer < layers && head >= 0 && head < heads && position >= 0
                && position < capacity, "outside the cache")
        return bytes.base + position / Int(BN_ATTENTION_BLOCK) * blockPitch
            + (layer * heads + head) * headBytes
    }
}

extension Int {
    /// The product, nil on overflow.
    func multiplied(by other: Int) -> Int? {
        let product = multipliedReportingOverflow(by: other)
        return product.overflow ? nil : product.partialValue
    }
}
