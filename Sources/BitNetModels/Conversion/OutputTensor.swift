internal import BitNetCheckpoints
internal import BitNetTensors

/// A tensor that a conversion will write.
struct OutputTensor {
    /// Where the values come from.
    enum Content {
        /// A ternary projection, its rows in the order given.
        case ternary(LinearPlan, scale: Float, RowOrder)
        /// A full-precision projection as it is stored, its rows in the order given.
        case dense(LinearPlan, RowOrder)
        /// An embedding or output head.
        case table(TensorDescriptor, TensorEncoding)
        /// Few values, such as a norm's.
        case values([Float])
    }

    let name: String
    let shape: [Int]
    let encoding: TensorEncoding
    let content: Content

    /// The tensor's size in the output.
    var byteCount: Int { encoding.byteCount(valueCount: shape.reduce(1, *)) ?? 0 }
}

/// A file that named tensors are written to: all declared first, then their bytes in that order.
protocol TensorFileWriter: ~Copyable {
    mutating func declareTensor(
        _ name: String, shape: [Int], encoding: TensorEncoding) throws(CheckpointError)
    mutating func append(_ bytes: [UInt8], to name: String) throws(CheckpointError)
    mutating func append(_ region: FileRegion, to name: String) throws(CheckpointError)
    consuming func finish() throws(CheckpointError)
}

extension GGUFWriter: TensorFileWriter {}
extension SafetensorsWriter: TensorFileWriter {}
