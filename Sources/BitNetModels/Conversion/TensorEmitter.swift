internal import BitNetCheckpoints
internal import BitNetTensors

/// Writes the tensors of a conversion one after the other; one matrix is in memory at a time.
struct TensorEmitter {
    /// Values of an embedding that are converted at once.
    private static let chunk = 1 << 20
    /// Bytes of an embedding that are copied at once.
    private static let copiedBytes = 16 << 20

    let source: ConversionSource
    let format: ConversionFormat
    private(set) var report = ConversionReport()

    init(source: ConversionSource, format: ConversionFormat) {
        self.source = source
        self.format = format
    }

    /// Declares `tensors`, writes their values and completes the file.
    mutating func write<Writer: TensorFileWriter & ~Copyable>(
        _ tensors: [OutputTensor], to writer: consuming Writer, progress: ((Double) -> Void)?
    ) throws {
        for tensor in tensors {
            try writer.declareTensor(tensor.name, shape: tensor.shape, encoding: tensor.encoding)
        }
        let total = tensors.reduce(0) { $0 + $1.byteCount }
        var done = 0
        for tensor in tensors {
            try write(tensor, to: &writer)
            report.tensorCount += 1
            done += tensor.byteCount
            progress?(Double(done) / Double(max(total, 1)))
        }
        try writer.finish()
    }

    private mutating func write<Writer: TensorFileWriter & ~Copyable>(
        _ tensor: OutputTensor, to writer: inout Writer
    ) throws {
        switch tensor.content {
        case .values(let values):
            try writer.append(TensorCodec.encodeFloats(values, tensor.encoding), to: tensor.name)
        case .table(let stored, let encoding):
            try writeTable(stored, encoding, as: tensor, to: &writer)
        case .dense(let plan, let order):
            try writeDense(plan, order, as: tensor, to: &writer)
        case .ternary(let plan, let scale, let order):
            if !format.keeps(scale) { report.roundedScales.append(tensor.name) }
            try writeTernary(plan, scale, order, as: tensor, to: &writer)
        }
    }

    // MARK: - Embeddings

    private mutating func writeTable<Writer: TensorFileWriter & ~Copyable>(
        _ stored: TensorDescriptor, _ encoding: TensorEncoding, as tensor: OutputTensor,
        to writer: inout Writer
    ) throws {
        guard encoding != tensor.encoding else {
            return try copy(stored, as: tensor, to: &writer)
        }
        var loss = TensorCodec.RoundingLoss()
        var values: [Float] = []
        // Whole blocks of either encoding: the largest has 256 values.
        for start in stride(from: 0, to: stored.elementCount, by: Self.chunk) {
            let range = start..<min(start + Self.chunk, stored.elementCount)
            try TensorCodec.decodeFloats(
                stored.region, encoding, valueRange: range, into: &values)
            try writer.append(
                TensorCodec.encodeFloats(values, tensor.encoding, loss: &loss), to: tensor.name)
            // An embedding can be most of a file: pages that are done with make room for others.
            stored.region.discard()
        }
        guard loss.changedCount > 0 else { return }
        report.losses.append(
            ConversionReport.Loss(
                tensor: tensor.name, changedCount: loss.changedCount,
                valueCount: stored.elementCount, greatestDifference: loss.greatestDifference))
    }

    private func copy<Writer: TensorFileWriter & ~Copyable>(
        _ stored: TensorDescriptor, as tensor: OutputTensor, to writer: inout Writer
    ) throws {
        let size = stored.region.count
        for start in stride(from: 0, to: size, by: Self.copiedBytes) {
            guard let part = stored.region.subregion(start..<min(start + Self.copiedBytes, size))
            else { break }
            try writer.append(part, to: tensor.name)
            part.discard()
        }
    }

    // MARK: - Projections

    private func writeDense<Writer: TensorFileWriter & ~Copyable>(
        _ plan: LinearPlan, _ order: RowOrder, as tensor: OutputTensor, to writer: inout Writer
    ) throws {
        let size = plan.tensor.region.count / plan.rows
        for index in 0..<plan.rows {
            let stored = plan.order.source(order.row(storedAt: index))
            guard let row = plan.tensor.region.bytes(stored * size..<(stored + 1) * size) else {
                throw source.finder.error(plan.tensor, "row \(stored) is outside the tensor")
            }
            try writer.append(row, to: tensor.name)
        }
    }

    private func writeTernary<Writer: TensorFileWriter & ~Copyable>(
        _ plan: LinearPlan, _ scale: Float, _ order: RowOrder, as tensor: OutputTensor,
        to writer: inout Writer
    ) throws {
        let codes = try codes(plan, order)
        switch tensor.encoding {
        case .uint8:
            try writer.append(
                TensorCodec.encodePackedTernary(
                    codes: codes, rows: plan.rows, columns: plan.columns), to: tensor.name)
        case .float16, .bfloat16:
            for row in 0..<plan.rows {
                let values = codes[row * plan.columns..<(row + 1) * plan.columns]
                    .map { Float(Int($0) - 1) * scale }
                try writer.append(
                    TensorCodec.encodeFloats(values, tensor.encoding), to: tensor.name)
            }
        default:
            try writer.append(
                TensorCodec.encodeTernary(codes: codes, scale: scale, tensor.encoding),
                to: tensor.name)
        }
    }

    /// The codes of a ternary projection, (rows, columns), rows in `order`.
    private func codes(_ plan: LinearPlan, _ order: RowOrder) throws -> [UInt8] {
        guard case .ternary(let weights) = plan.weights,
            var loader = TernaryLoader(
                byteCount: plan.ternaryByteCount(.twoBit), pool: source.compute.pool)
        else {
            throw ModelError(
                .outOfMemory, file: source.finder.checkpoint.path,
                "no memory for \(plan.tensor.name)")
        }
        let matrix: TernaryMatrix
        do throws(TensorCodecError) {
            matrix = try loader.load(
                weights, rows: plan.rows, columns: plan.columns, order: plan.order)
        } catch {
            throw source.finder.error(plan.tensor, error.message)
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(plan.rows * plan.columns)
        var row: [UInt8] = []
        for index in 0..<plan.rows {
            matrix.codes(row: order.row(storedAt: index), into: &row)
            codes.append(contentsOf: row)
        }
        return codes
    }
}
