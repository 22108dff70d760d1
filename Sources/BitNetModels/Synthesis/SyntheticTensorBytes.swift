internal import BitNetTensors
internal import Synchronization

/// Makes the bytes of a synthetic tensor, in parts, on all threads.
struct SyntheticTensorBytes {
    /// About the number of values of a part.
    private static let partSize = 1 << 20

    private let tensor: SyntheticTensor
    private let index: Int
    private let seed: UInt64
    private let pool: ThreadPool

    init(_ tensor: SyntheticTensor, index: Int, seed: UInt64, pool: ThreadPool) {
        self.tensor = tensor
        self.index = index
        self.seed = seed
        self.pool = pool
    }

    private var rows: Int { tensor.shape.count == 2 ? tensor.shape[0] : 1 }
    private var columns: Int { tensor.shape[tensor.shape.count - 1] }

    /// Calls `append` with all bytes, in order.
    func write(_ append: ([UInt8]) throws -> Void) throws {
        let rowsInPart = max(1, Self.partSize / columns)
        let parts = (rows + rowsInPart - 1) / rowsInPart
        // Several parts for each thread at a time, so that few threads wait for the last one.
        let batch = 4 * pool.workers
        for start in stride(from: 0, to: parts, by: batch) {
            let count = min(batch, parts - start)
            let made = Mutex([[UInt8]](repeating: [], count: count))
            try pool.splitThrowing(count) { share throws(TensorCodecError) in
                for offset in share {
                    let part = start + offset
                    let first = part * rowsInPart
                    let bytes = try bytes(first..<min(rows, first + rowsInPart), part)
                    made.withLock { $0[offset] = bytes }
                }
            }
            for bytes in made.withLock({ $0 }) { try append(bytes) }
        }
        if case .ternary(let scale, _) = tensor.content, tensor.encoding == .i2_s {
            try append(tail(scale))
        }
    }

    /// What follows the blocks of an I2_S tensor: the scale, then zeros.
    private func tail(_ scale: Float) throws(TensorCodecError) -> [UInt8] {
        Array(try TensorCodec.encodeTernary(codes: [], scale: scale, .i2_s))
    }

    private func bytes(_ rows: Range<Int>, _ part: Int) throws(TensorCodecError) -> [UInt8] {
        var random = RandomBits(seed: seed, tensor: index, part: part)
        switch tensor.content {
        case .norm(let zeros):
            let values = (0..<columns).map { column in
                let value = 0.8 + 0.4 * random.uniform()
                return column < zeros ? 0 : value
            }
            return try TensorCodec.encodeFloats(values, tensor.encoding)
        case .embedding(let deviation, let constant, let constantColumns):
            var values: [Float] = []
            values.reserveCapacity(rows.count * columns)
            for _ in rows {
                values.append(contentsOf: repeatElement(constant, count: constantColumns))
                random.appendNormal(columns - constantColumns, deviation: deviation, to: &values)
            }
            return try TensorCodec.encodeFloats(values, tensor.encoding)
        case .ternary(let scale, let plan):
            return ternary(rows, scale, plan, &random)
        }
    }

    private func ternary(
        _ rows: Range<Int>, _ scale: Float, _ plan: SyntheticTensor.TernaryPlan,
        _ random: inout RandomBits
    ) -> [UInt8] {
        let pattern = TernaryBlockPattern(tensor.encoding, scale: scale)
        let blocks = columns / tensor.encoding.valuesPerBlock
        let fixed = plan.hasFixedBlock ? 1 : 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * blocks * tensor.encoding.bytesPerBlock)
        for row in rows {
            guard row >= plan.zeroRows else {
                pattern.append(blocks, of: 1, to: &bytes)
                continue
            }
            if plan.hasFixedBlock {
                let isNegative = random.uniform() < plan.negativeShare
                pattern.append(1, of: isNegative ? 0 : 1, to: &bytes)
            }
            pattern.appendRandom(blocks - fixed, &random, to: &bytes)
        }
        return bytes
    }
}
