internal import BitNetCheckpoints
public import BitNetModels
internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A run's whole state in one safetensors file: master weights, both moments of the optimiser, the
/// step, and the settings that everything else follows from (the order of the data is a function of
/// seed and step).
///
/// The file appears when it is complete and on the disk, or not at all.
public struct TrainingCheckpoint {
    /// The file.
    public let path: String
    /// Steps made.
    public let step: Int
    /// Seconds of training.
    public let seconds: Double
    /// What determines the run, as its task wrote it.
    public let settings: [UInt8]
    private let shape: String?
    private let file: SafetensorsCheckpoint

    private static let format = "bitnet-training-checkpoint"
    private static let sets = ["weights", "first", "second"]
    /// Values that are encoded at a time.
    private static let chunk = 1 << 20

    /// Opens a checkpoint and reads its header.
    public init(path: String) throws {
        self.path = path
        file = try SafetensorsCheckpoint(path: path)
        let metadata = file.metadata
        guard metadata["format"] == Self.format, let step = metadata["step"].flatMap({ Int($0) }),
            let seconds = metadata["seconds"].flatMap({ Double($0) }),
            let settings = metadata["settings"]
        else {
            throw TrainingError(
                .invalidData, file: path,
                "not a checkpoint of a training run; expected a file that `bitnet train` wrote")
        }
        self.step = step
        self.seconds = seconds
        self.settings = Array(settings.utf8)
        shape = metadata["configuration"]
    }

    /// The model's shape; nil for a pre-training run's first version, whose settings say it.
    public func configuration() throws -> ModelConfiguration? {
        try shape.map { try ModelConfiguration(huggingFace: Array($0.utf8), file: path) }
    }

    /// The settings of a task of that kind.
    func decode<Identity: Decodable>(_ kind: String) throws(TrainingError) -> Identity {
        do {
            return try JSONDecoder().decode(Identity.self, from: Data(settings))
        } catch {
            throw TrainingError(
                .invalidData, file: path, "its settings are not those of a \(kind) run")
        }
    }

    /// Settings as they are saved.
    static func encode(_ identity: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(identity))
    }

    /// Writes the state to `path`.
    public static func write(
        _ path: String, _ model: TrainableModel, _ optimizer: AdamW, settings: [UInt8],
        seconds: Double
    ) throws {
        var writer = SafetensorsWriter(path: path)
        try writer.setMetadata("format", format)
        try writer.setMetadata("step", "\(optimizer.step)")
        try writer.setMetadata("seconds", "\(seconds)")
        try writer.setMetadata("checksum", checksum(model, optimizer).hexadecimal)
        try writer.setMetadata("settings", String(decoding: settings, as: UTF8.self))
        let shape = try model.configuration.masterConfigurationJSON(
            ternary: model.precision == .ternary, file: path)
        try writer.setMetadata("configuration", String(decoding: shape, as: UTF8.self))
        let all = zip(sets, [model.weights, optimizer.first, optimizer.second])
        for (name, set) in all {
            for parameter in set.layout.parameters {
                try writer.declareTensor(
                    "\(name).\(parameter.name)", shape: parameter.shape, encoding: .float32)
            }
        }
        for (name, set) in all {
            for parameter in set.layout.parameters {
                try eachPart(of: parameter, in: set) { values in
                    try writer.append(
                        try TensorCodec.encodeFloats(values, .float32),
                        to: "\(name).\(parameter.name)")
                }
            }
        }
        try writer.finish()
    }

    /// The values of a tensor, a part at a time.
    private static func eachPart(
        of parameter: Parameter, in set: ParameterSet, _ body: ([Float]) throws -> Void
    ) rethrows {
        var values: [Float] = []
        for start in stride(from: 0, to: parameter.count, by: chunk) {
            let end = min(parameter.count, start + chunk)
            set.buffer.copy(parameter.offset + start..<parameter.offset + end, into: &values)
            try body(values)
        }
    }

    /// The sum of all tensors' checksums, whatever their order.
    private static func checksum(_ model: TrainableModel, _ optimizer: AdamW) -> UInt64 {
        var sum: UInt64 = 0
        for set in [model.weights, optimizer.first, optimizer.second] {
            for parameter in set.layout.parameters {
                var checksum = Checksum()
                eachPart(of: parameter, in: set) { checksum.append($0) }
                sum &+= checksum.value
            }
        }
        return sum
    }

    /// Throws when a value has changed since the file was written.
    ///
    /// - Complexity: one reading of the file.
    public func check() throws {
        var sum: UInt64 = 0
        var values: [Float] = []
        for tensor in file.tensors where tensor.encoding == .float32 {
            var checksum = Checksum()
            for start in stride(from: 0, to: tensor.elementCount, by: Self.chunk) {
                let range = start..<min(tensor.elementCount, start + Self.chunk)
                try TensorCodec.decodeFloats(
                    tensor.region, .float32, valueRange: range, into: &values)
                checksum.append(values)
            }
            sum &+= checksum.value
        }
        guard file.metadata["checksum"] == sum.hexadecimal else {
            throw TrainingError(
                .invalidData, file: path, "the checkpoint is damaged: its checksum is wrong")
        }
    }

    /// Puts the state into `model` and `optimizer`.
    public func restore(_ model: TrainableModel, _ optimizer: AdamW) throws {
        let all = zip(Self.sets, [model.weights, optimizer.first, optimizer.second])
        for (name, set) in all {
            for parameter in set.layout.parameters {
                set.assign(try values("\(name).\(parameter.name)", parameter.shape), to: parameter)
            }
        }
        optimizer.step = step
        model.weightsDidChange()
    }

    private func values(_ name: String, _ shape: [Int]) throws -> [Float] {
        guard let tensor = file.tensor(name), tensor.shape == shape, tensor.encoding == .float32
        else {
            throw TrainingError(
                .invalidData, file: path,
                "tensor \"\(name)\" of shape \(shape) is missing: the checkpoint is of another "
                    + "model; start a new run in another folder")
        }
        var values: [Float] = []
        try TensorCodec.decodeFloats(
            tensor.region, .float32, valueRange: 0..<tensor.elementCount, into: &values)
        return values
    }
}
