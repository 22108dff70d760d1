internal import CBitNetKernels

/// One way to compute a product; all give the same bits.
public struct TuningVariant: Sendable, Equatable {
    /// The instruction set.
    public let kernels: KernelSet
    /// Bytes ahead of what is read that are fetched; 0 fetches nothing.
    public let ahead: Int
    /// The cache that they are fetched to: 1, or 2 (and not 1).
    public let level: Int
    /// Rows that are read at once: 1 or 2.
    public let rows: Int

    /// A variant; products that are bound by arithmetic differ in the instruction set alone.
    public init(kernels: KernelSet, ahead: Int = 0, level: Int = 2, rows: Int = 1) {
        self.kernels = kernels
        self.ahead = ahead
        self.level = level
        self.rows = rows
    }

    /// As `BITNET_TUNE` takes it: the set's name, then bytes, level and rows where weights are streamed.
    public func name(of product: TunedProduct) -> String {
        product.isStreamed ? "\(kernels.name):\(ahead):\(level):\(rows)" : kernels.name
    }

    var table: bn_kernels { kernels.table.pointee }

    var stream: bn_stream {
        bn_stream(ahead: UInt32(ahead), level: UInt32(level), rows: UInt32(rows))
    }

    /// The variant of that name; nil where it is malformed or the set can't run here.
    init?(name: Substring, of product: TunedProduct) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, let kernels = KernelSet.named(String(first)) else {
            return nil
        }
        guard product.isStreamed else {
            guard parts.count == 1 else { return nil }
            self.init(kernels: kernels)
            return
        }
        let numbers = parts.dropFirst().map { Int($0) ?? -1 }
        guard numbers.count == 3, (0...Self.farthest).contains(numbers[0]),
            (1...2).contains(numbers[1]), (1...2).contains(numbers[2])
        else { return nil }
        self.init(kernels: kernels, ahead: numbers[0], level: numbers[1], rows: numbers[2])
    }

    /// 1 MiB: what is fetched so far ahead has left every second-level cache.
    private static let farthest = 1 << 20
}
