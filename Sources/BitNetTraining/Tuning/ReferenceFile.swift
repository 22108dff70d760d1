internal import BitNetCheckpoints
internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The log-probabilities of all pairs under the model that a run began with: (pairs, 2) in float32,
/// in a file of the run's folder.
struct ReferenceFile {
    private static let tensor = "log_probabilities"
    let path: String

    init(_ folder: RunFolder) { path = folder.reference }

    /// What the file keeps; nil when there is none.
    ///
    /// Throws when it is of other pairs.
    func read(
        count: Int, _ fingerprint: String
    ) throws -> [DirectPreference.LogProbabilities]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try SafetensorsCheckpoint(path: path)
        guard let tensor = file.tensor(Self.tensor), tensor.shape == [count, 2],
            tensor.encoding == .float32, file.metadata["pairs"] == fingerprint
        else {
            throw TrainingError(
                .invalidData, file: path,
                "it holds the reference of other pairs; resume the run with its own data")
        }
        var values: [Float] = []
        try TensorCodec.decodeFloats(
            tensor.region, .float32, valueRange: 0..<2 * count, into: &values)
        return Self.pairs(values)
    }

    /// Writes the file, which appears whole.
    func write(_ values: [Float], _ fingerprint: String) throws {
        var writer = SafetensorsWriter(path: path)
        try writer.setMetadata("pairs", fingerprint)
        try writer.declareTensor(Self.tensor, shape: [values.count / 2, 2], encoding: .float32)
        try writer.append(try TensorCodec.encodeFloats(values, .float32), to: Self.tensor)
        try writer.finish()
    }

    static func pairs(_ values: [Float]) -> [DirectPreference.LogProbabilities] {
        stride(from: 0, to: values.count, by: 2).map {
            DirectPreference.LogProbabilities(
                chosen: Double(values[$0]), rejected: Double(values[$0 + 1]))
        }
    }
}
