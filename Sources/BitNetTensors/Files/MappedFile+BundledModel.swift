internal import CBitNetBundledModel

extension MappedFile {
    /// The small model that is part of every program which links the engine: a GGUF file.
    package static func bundledModel(name: String) -> MappedFile {
        MappedFile(
            programBytes: bitnet_bundled_model_bytes(), count: bitnet_bundled_model_size(),
            name: name)
    }
}
