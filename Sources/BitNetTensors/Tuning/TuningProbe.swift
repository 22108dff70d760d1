internal import CBitNetKernels

/// Runs variants of products on some weights, a few megabytes at a time, with all threads.
final class TuningProbe {
    private let weights: TuningWeights
    private let pool: ThreadPool
    private let activations: QuantizedActivations
    private let out: AlignedBuffer<Float>  // (workers, tokens, rows of a product)
    private let sums: AlignedBuffer<Int32>  // (workers, outputs)
    private let lists: [TunedProduct: List]
    private let input: AlignedBuffer<Float>  // a token of a dense product
    private let dense: [DenseMatrix]

    /// Tokens of a tiled product, and rows of each worker's share of it: 320 KiB of 2B4T.
    private static let (tokens, tiledRows) = (48, 512)
    /// Scattered products read one of so many rows, and of columns: about where leaving the others out
    /// stops to pay.
    ///
    /// What gaps cost depends on how wide they are.
    private static let (rowShare, columnShare) = (2, 4)
    /// Bytes of the head's plane in a turn.
    private static let planeBytes = 4 << 20
    /// Bytes of the dense matrices: twice the caches of most processors' cores together.
    private static let denseBytes = 64 << 20

    /// Rows or columns with an activation of 1 each.
    private struct List {
        let indices: AlignedBuffer<UInt32>
        let values: AlignedBuffer<Int8>
        var count: Int { indices.count }
    }

    /// Turns go round through the weights, one product's after another's, so that each reads what has
    /// left the caches.
    private var turn = 0

    /// Whether the caller computes without the other threads.
    var isAlone = false

    /// Buffers for products of `weights`; nil when memory is short.
    init?(_ weights: TuningWeights, pool: ThreadPool) {
        let row = weights.rows.first
        let column = weights.columns.first
        let width = max(
            row?.paddedColumns ?? 256, column?.paddedColumns ?? 0, weights.plane?.columns ?? 0)
        let outputs = max(
            row?.paddedRows ?? 0, weights.dense.first?.rows ?? 0, column?.paddedRows ?? 0,
            Self.planeBytes / 32)
        guard let activations = QuantizedActivations(tokens: Self.tokens, columns: width),
            let out = AlignedBuffer<Float>(
                count: max(outputs, Self.tokens * Self.tiledRows * pool.workers)),
            let sums = AlignedBuffer<Int32>(count: outputs * pool.workers),
            let rows = Self.list(
                min(row?.rows ?? 1, SparseScratch.blockRows), every: Self.rowShare),
            let all = Self.list(column?.columns ?? 1, every: 1),
            let some = Self.list(column?.columns ?? 1, every: Self.columnShare),
            let input = AlignedBuffer<Float>(count: weights.dense.first?.columns ?? 1),
            let dense = weights.dense.first.map({ $0.blanks(byteCount: Self.denseBytes, pool) })
                ?? []
        else { return nil }
        self.weights = weights
        self.pool = pool
        self.activations = activations
        self.out = out
        self.sums = sums
        self.input = input
        self.dense = dense
        lists = [.listedRows: rows, .columns: all, .listedColumns: some]
        for index in 0..<activations.codes.count {
            activations.codes.base[index] = Int8(truncatingIfNeeded: index &* 37)
            activations.packed.base[index] = Int8(truncatingIfNeeded: index &* 37)
        }
    }

    /// Every index, or one of `share` at uneven distances.
    private static func list(_ count: Int, every share: Int) -> List? {
        let chosen = (0..<count).filter {
            share == 1 || ($0 &* 2_654_435_761) >> 16 & (share - 1) == 0
        }
        guard let indices = AlignedBuffer<UInt32>(count: chosen.count),
            let values = AlignedBuffer<Int8>(count: chosen.count)
        else { return nil }
        for (place, index) in chosen.enumerated() {
            indices[place] = UInt32(index)
            values[place] = 1
        }
        return List(indices: indices, values: values)
    }

    /// Bytes, or multiply-adds of tiles, per second of one turn.
    func speed(_ product: TunedProduct, _ variant: TuningVariant) -> Double {
        var work = 0
        let seconds = ContinuousClock().measure { work = run(product, variant) }.inSeconds
        turn += 1
        return Double(work) / max(seconds, 1e-9)
    }

    private func run(_ product: TunedProduct, _ variant: TuningVariant) -> Int {
        switch product {
        case .rows:
            let matrix = weights.rows[turn % weights.rows.count]
            multiply(matrix, variant, tokens: 1, rows: matrix.rows)
            return matrix.byteCount
        case .tiles:
            let matrix = weights.rows[turn % weights.rows.count]
            let rows = min(matrix.rows, Self.tiledRows * pool.workers)
            multiply(matrix, variant, tokens: Self.tokens, rows: rows)
            return rows * matrix.paddedColumns * Self.tokens
        case .listedRows:
            return multiplyListed(weights.rows[turn % weights.rows.count], variant)
        case .dense: return multiplyDense(dense[turn % dense.count], variant)
        case .columns, .listedColumns:
            return addColumns(product, weights.columns[turn % weights.columns.count], variant)
        case .head: return scan(variant)
        }
    }

    private func compute(_ body: (_ worker: Int, _ workers: Int) -> Void) {
        isAlone ? body(0, 1) : pool.run(body)
    }

    private func multiply(
        _ matrix: TernaryMatrix, _ variant: TuningVariant, tokens: Int, rows: Int
    ) {
        compute { worker, workers in
            let share = ThreadPool.share(rows / 32, worker, workers)
            var arguments = self.arguments(matrix, variant)
            arguments.weights += share.lowerBound * 32 * matrix.stride
            arguments.rows = share.count * 32
            arguments.tokens = tokens
            arguments.out = out.base + share.lowerBound * 32 * tokens
            arguments.out_stride = share.count * 32
            variant.table.ternary_matmul(&arguments)
        }
    }

    private func multiplyListed(_ matrix: TernaryMatrix, _ variant: TuningVariant) -> Int {
        guard let list = lists[.listedRows] else { return 0 }
        let blocks = matrix.rows / SparseScratch.blockRows
        compute { worker, workers in
            for block in ThreadPool.share(blocks, worker, workers) {
                let first = block * SparseScratch.blockRows
                var arguments = self.arguments(matrix, variant)
                arguments.weights += first * matrix.stride
                arguments.out = out.base + first
                variant.table.ternary_rows(&arguments, list.indices.base, list.count)
            }
        }
        return blocks * list.count * matrix.stride
    }

    private func multiplyDense(_ matrix: DenseMatrix, _ variant: TuningVariant) -> Int {
        compute { worker, workers in
            let rows = ThreadPool.share(matrix.rows, worker, workers)
            guard !rows.isEmpty else { return }
            var arguments = bn_dense_matmul_arguments(
                weights: matrix.row(rows.lowerBound), format: matrix.format.kernelFormat,
                row_bytes: matrix.rowBytes, rows: rows.count, columns: matrix.columns,
                x: input.base, x_stride: matrix.columns, tokens: 1,
                out: out.base + rows.lowerBound, out_stride: matrix.rows, accumulate: false,
                stream: variant.stream)
            variant.table.dense_matmul(&arguments)
        }
        return matrix.byteCount
    }

    private func arguments(
        _ matrix: TernaryMatrix, _ variant: TuningVariant
    ) -> bn_ternary_matmul_arguments {
        bn_ternary_matmul_arguments(
            weights: matrix.pointer(0), packing: matrix.packing.kernelPacking,
            stride: matrix.stride, first_line: 0, rows: matrix.rows,
            columns: matrix.paddedColumns, codes: activations.codes.base,
            code_stride: matrix.paddedColumns, packed: activations.packed.base, tokens: 1,
            sums: activations.sums.base, factors: activations.factors.base, out: nil,
            out_stride: 0, accumulate: false, stream: variant.stream)
    }

    private func addColumns(
        _ product: TunedProduct, _ matrix: TernaryMatrix, _ variant: TuningVariant
    ) -> Int {
        guard let list = lists[product] else { return 0 }
        compute { worker, workers in
            let share = ThreadPool.share(list.count, worker, workers)
            var arguments = bn_ternary_columns_arguments(
                weights: matrix.pointer(0), packing: matrix.packing.kernelPacking,
                stride: matrix.stride, outputs: matrix.paddedRows,
                inputs: list.indices.base + share.lowerBound,
                values: list.values.base + share.lowerBound, count: share.count,
                listed: share.count, sums: sums.base + worker * matrix.paddedRows,
                stream: variant.stream)
            variant.table.ternary_columns(&arguments)
        }
        return list.count * matrix.stride
    }

    private func scan(_ variant: TuningVariant) -> Int {
        guard let (plane, columns) = weights.plane else { return 0 }
        let rowBytes = columns / 2
        let rows = plane.count / rowBytes
        let count = min(rows, max(1, Self.planeBytes / rowBytes))
        let first = turn % (rows / count) * count
        compute { worker, workers in
            let share = ThreadPool.share(count, worker, workers)
            var target = bn_head_target(
                digits: activations.codes.base, digit_sum: 0, sums: sums.base)
            withUnsafePointer(to: &target) { target in
                var arguments = bn_head_scan_arguments(
                    plane: plane.base + first * rowBytes, columns: columns,
                    first: share.lowerBound, count: share.count, targets: target,
                    target_count: 1, stream: variant.stream)
                variant.table.head_scan(&arguments)
            }
        }
        return count * rowBytes
    }
}
