#if Server
import ArgumentParser
import BitNetModels

/// The model of `bitnet serve`: an argument, or `-m` as in the other commands.
struct ServedModelOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The model: a GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled "
                + "one. (default: kjv-tiny)", valueName: "model"))
    var argument: String?

    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp("The model, in place of the argument.", valueName: "path"))
    var option: String?

    func validate() throws {
        if let argument, let option {
            throw ValidationError("Found two models, \(argument) and -m \(option); expected one.")
        }
    }

    var path: String { option ?? argument ?? BundledModel.name }
}
#endif
