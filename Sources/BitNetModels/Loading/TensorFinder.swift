internal import BitNetCheckpoints
internal import BitNetTensors

/// Looks tensors up by role and checks their shapes.
struct TensorFinder {
    let checkpoint: ModelCheckpoint

    var gguf: Bool { if case .gguf = checkpoint { true } else { false } }

    /// The first of `names` that exists.
    func find(_ names: [String]) -> TensorDescriptor? {
        for name in names {
            if let tensor = checkpoint.tensor(name) { return tensor }
        }
        return nil
    }

    /// The first of `names` that exists, or an error with the name that was expected.
    func require(_ names: [String]) throws(ModelError) -> TensorDescriptor {
        if let tensor = find(names) { return tensor }
        throw ModelError(
            .invalidTensor, file: checkpoint.path, "tensor \"\(names.first ?? "")\" is missing")
    }

    func error(_ tensor: TensorDescriptor, _ message: String) -> ModelError {
        ModelError(
            .invalidTensor, file: checkpoint.path, "tensor \"\(tensor.name)\": \(message)")
    }

    func checkShape(_ tensor: TensorDescriptor, _ shape: [Int]) throws(ModelError) {
        guard tensor.shape == shape else {
            throw error(tensor, "expected the shape \(shape), found \(tensor.shape)")
        }
    }

    /// The encoding of `tensor`, or an error that names its type.
    func encoding(_ tensor: TensorDescriptor) throws(ModelError) -> TensorEncoding {
        if let encoding = tensor.encoding { return encoding }
        let advice =
            tensor.typeName.hasPrefix("TL")
            ? "TL1 and TL2 files are tied to generated kernels; use the I2_S file of this model"
            : "convert the model to I2_S, TQ2_0, TQ1_0, F16 or BF16"
        throw ModelError(
            .unsupported, file: checkpoint.path,
            "tensor \"\(tensor.name)\" has the type \(tensor.typeName), which is not supported; "
                + advice)
    }

    /// All values of a small float tensor, such as a norm.
    func floats(_ tensor: TensorDescriptor, count: Int) throws(ModelError) -> [Float] {
        guard tensor.elementCount == count else {
            throw error(tensor, "expected \(count) values, found \(tensor.elementCount)")
        }
        var values: [Float] = []
        let encoding = try encoding(tensor)
        do throws(TensorCodecError) {
            try TensorCodec.decodeFloats(
                tensor.region, encoding, valueRange: 0..<count, into: &values)
        } catch {
            throw self.error(tensor, error.message)
        }
        return values
    }

    func norm(
        _ tensor: TensorDescriptor, width: Int, epsilon: Float
    ) throws(ModelError) -> RMSNorm {
        let values = try floats(tensor, count: width)
        // Behind the norm, the quantisation to integers would hide a NaN.
        guard values.allSatisfy(\.isFinite) else {
            throw error(tensor, "a weight is not finite; the file is damaged, get it again")
        }
        guard let weights = AlignedBuffer<Float>(count: width) else {
            throw ModelError(.outOfMemory, file: checkpoint.path, "no memory for a norm")
        }
        weights.assign(values)
        return RMSNorm(weights: weights, epsilon: epsilon)
    }

    func dense(
        _ tensor: TensorDescriptor, rows: Int, columns: Int
    ) throws(ModelError) -> DenseMatrix {
        try checkShape(tensor, [rows, columns])
        let encoding = try encoding(tensor)
        guard let matrix = DenseMatrix(tensor.region, encoding, rows: rows, columns: columns) else {
            throw error(
                tensor, "\(rows) x \(columns) values of type \(tensor.typeName) can't be used here")
        }
        return matrix
    }
}
