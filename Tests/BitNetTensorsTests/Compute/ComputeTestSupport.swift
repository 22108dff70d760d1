import BitNetTensors
import BitNetTestSupport
import Testing

/// Every kernel set of this machine on one thread, and the best one on three, all steps parallel.
func testContexts() throws -> [ComputeContext] {
    var contexts: [ComputeContext] = []
    for kernels in KernelSet.available {
        contexts.append(ComputeContext(kernels: kernels, pool: try pool(1)))
    }
    contexts.append(ComputeContext(kernels: try KernelSet.preferred(), pool: try pool(3)))
    return contexts
}

/// A pool on which even the smallest steps run in parallel.
func pool(_ workers: Int) throws -> ThreadPool {
    try #require(ThreadPool(workers: workers, smallestParallelWork: 0))
}

/// A buffer that holds `values`.
func buffer<Element: BitwiseCopyable>(_ values: [Element]) throws -> AlignedBuffer<Element> {
    let buffer = try #require(AlignedBuffer<Element>(count: values.count))
    buffer.assign(values)
    return buffer
}

/// Zeroed room for `count` floats.
func room(_ count: Int) throws -> AlignedBuffer<Float> {
    try #require(AlignedBuffer<Float>(count: count))
}

extension AlignedBuffer {
    /// All values.
    var all: [Element] { values(0..<count) }
}

/// `count` random floats of magnitude up to `limit`.
func randomFloats(_ count: Int, limit: Float = 1, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -limit...limit, using: &generator) }
}

/// `rows` rows of `columns` random ternary values.
func randomTernary(rows: Int, columns: Int, seed: UInt64) -> [[Int8]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<rows).map { _ in
        (0..<columns).map { _ in Int8.random(in: -1...1, using: &generator) }
    }
}

/// `values` in `encoding`, as a mapped file.
func stored(_ values: [Float], _ encoding: TensorEncoding) throws -> FileRegion {
    try mapped(try TensorCodec.encodeFloats(values, encoding))
}

/// The ternary matrix of `values` times `scale`, read from float32.
func ternaryMatrix(
    _ values: [[Int8]], scale: Float, order: RowOrder = .natural, workers: Int = 1,
    layout: TernaryLayout = .rows
) throws -> TernaryMatrix {
    let columns = values.first?.count ?? 0
    let size = try #require(
        TernaryMatrix.byteCount(rows: values.count, columns: columns, layout: layout))
    var loader = try #require(TernaryLoader(byteCount: size, pool: pool(workers)))
    let floats = values.flatMap { $0.map { Float($0) * scale } }
    return try loader.load(
        .floats(stored(floats, .float32), .float32, .exact(scale: scale)), rows: values.count,
        columns: columns, order: order, layout: layout)
}

/// Whether two arrays have the same bits.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.map(\.bitPattern) == b.map(\.bitPattern)
}
