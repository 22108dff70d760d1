internal import CBitNetKernels

/// How keys and values are cached.
public enum KeyValueFormat: String, Sendable, CaseIterable {
    /// Two bytes a value.
    case float16
    /// Four bytes a value, exact; for tests and references.
    case float32

    /// Bytes of one value.
    public var byteCount: Int { self == .float16 ? 2 : 4 }
}

/// The keys and values of one sequence, for all layers.
///
/// Keys, then values, each (layer, head, position, stride): a head's positions are contiguous, so
/// attention reads one stream. The stride is the head's width rounded up to 16, zero beyond it.
/// Pages cost memory only once a position is written.
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

    let stride: Int
    private let bytes: AlignedBuffer<UInt8>

    /// Reserves room for `capacity` positions; nil when memory is short or a size is below 1.
    public init?(
        layers: Int, heads: Int, headDimension: Int, capacity: Int, format: KeyValueFormat
    ) {
        guard
            [layers, heads, headDimension, capacity].allSatisfy({
                $0 >= 1 && $0 <= Self.positionLimit
            })
        else { return nil }
        self.layers = layers
        self.heads = heads
        self.headDimension = headDimension
        self.capacity = capacity
        self.format = format
        stride = Self.stride(headDimension)
        let sizes = [heads, capacity, stride, 2, format.byteCount]
        let size = sizes.reduce(layers as Int?) { product, factor in
            guard let product else { return nil }
            let next = product.multipliedReportingOverflow(by: factor)
            return next.overflow ? nil : next.partialValue
        }
        guard let size, let bytes = AlignedBuffer<UInt8>(count: size) else { return nil }
        self.bytes = bytes
    }

    /// The bytes that one position takes.
    public var bytesPerPosition: Int { layers * heads * stride * 2 * format.byteCount }

    /// A head's width in the cache: rounded up to the kernels' lanes.
    static func stride(_ headDimension: Int) -> Int {
        (headDimension + Int(BN_LANES) - 1) / Int(BN_LANES) * Int(BN_LANES)
    }

    /// The keys (or values) of a head, from `position` on.
    func rows(
        layer: Int, head: Int, position: Int, values: Bool
    ) -> UnsafeMutableRawPointer {
        precondition(
            layer >= 0 && layer < layers && head >= 0 && head < heads && position >= 0
                && position < capacity, "outside the cache")
        let plane = values ? layers : 0
        let row = ((plane + layer) * heads + head) * capacity + position
        return UnsafeMutableRawPointer(bytes.base + row * stride * format.byteCount)
    }
}
