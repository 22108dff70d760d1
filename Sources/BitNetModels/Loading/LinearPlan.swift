internal import BitNetCheckpoints
internal import BitNetTensors

/// What a projection will be made of, found before any weight is copied, so that all ternary
/// weights can share one block of memory.
struct LinearPlan {
    enum Weights {
        case ternary(TernarySource)
        case dense(DenseMatrix)
    }

    let tensor: TensorDescriptor
    let weights: Weights
    let rows: Int
    let columns: Int
    let order: RowOrder
    let layout: TernaryLayout
    let inputNorm: RMSNorm?

    /// Bytes of ternary memory that the projection needs in that packing.
    func ternaryByteCount(_ packing: TernaryPacking) -> Int {
        guard case .ternary = weights else { return 0 }
        return TernaryMatrix.byteCount(
            rows: rows, columns: columns, layout: layout, packing: packing) ?? 0
    }

    /// Lays the weights out.
    func load(
        _ loader: inout TernaryLoader, _ finder: TensorFinder
    ) throws(ModelError) -> Linear {
        switch weights {
        case .ternary(let source):
            do throws(TensorCodecError) {
                let matrix = try loader.load(
                    source, rows: rows, columns: columns, order: order, layout: layout)
                return .ternary(BitLinear(weights: matrix, inputNorm: inputNorm))
            } catch {
                throw finder.error(tensor, error.message)
            }
        case .dense(let matrix):
            guard let ordered = matrix.reordered(order) else {
                throw ModelError(
                    .outOfMemory, file: finder.checkpoint.path, "no memory for \(tensor.name)")
            }
            return .dense(ordered)
        }
    }
}
