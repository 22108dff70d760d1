internal import BitNetModels
internal import Foundation

/// The small model that is part of the package: a BitNet b1.58 of 2.9 million parameters, trained
/// on the King James Bible (see `Resources/README.md`).
public enum BundledModel {
    /// The model's name.
    public static let name = "kjv-tiny"

    /// The path of its GGUF file.
    ///
    /// Throws a `ModelError` when the package's resources are not where the program was built or
    /// installed.
    public static var path: String {
        get throws {
            guard let url = Bundle.module.url(forResource: name, withExtension: "gguf") else {
                throw ModelError(
                    .notFound, file: Bundle.module.bundlePath,
                    "the bundled model \(name).gguf is missing; keep the folder "
                        + "swift-bitnet_BitNetGeneration.resources beside the program, or name a "
                        + "model")
            }
            return url.path(percentEncoded: false)
        }
    }
}
