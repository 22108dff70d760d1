internal import BitNetCheckpoints
internal import BitNetTensors

extension ParameterSet {
    /// Replaces all values by the tensors of their names and shapes in a safetensors file or folder
    /// of float32, float16 or bfloat16.
    public func load(safetensors path: String) throws {
        let file = try SafetensorsCheckpoint(path: path)
        for parameter in layout.parameters {
            assign(try parameter.values(in: file), to: parameter)
        }
    }
}

extension Parameter {
    /// The values of the tensor of this name and shape.
    func values(in file: SafetensorsCheckpoint) throws -> [Float] {
        guard let tensor = file.tensor(name) else {
            throw TrainingError(.invalidData, file: file.path, "tensor \"\(name)\" is missing")
        }
        guard tensor.shape == shape, let encoding = tensor.encoding, encoding.valuesPerBlock == 1
        else {
            throw TrainingError(
                .invalidData, file: file.path,
                "tensor \"\(name)\": expected floats of the shape \(shape), found "
                    + "\(tensor.shape) of type \(tensor.typeName)")
        }
        var values: [Float] = []
        try TensorCodec.decodeFloats(
            tensor.region, encoding, valueRange: 0..<count, into: &values)
        return values
    }
}
