internal import BitNetCheckpoints
internal import BitNetTensors

/// The small model that is part of the engine: a BitNet b1.58 of 3.3 million parameters, trained on
/// the King James Bible (`Sources/CBitNetBundledModel/README.md`).
public enum BundledModel {
    /// The name that stands for the model wherever a path is expected, unless there is such a file.
    public static let name = "kjv-tiny"

    /// The model's GGUF file, which is part of the program.
    public static func checkpoint() throws -> ModelCheckpoint {
        .gguf(try GGUFFile(.bundledModel(name: name)))
    }
}
