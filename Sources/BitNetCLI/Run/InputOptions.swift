import ArgumentParser

/// What `bitnet run` runs, and on what.
struct InputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The model: a GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled "
                + "one. (default: kjv-tiny)", valueName: "path"))
    var model: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The prompt; - reads it from standard input.", valueName: "text"))
    var prompt: String?

    @Option(
        help: ArgumentHelp("The system message in front of the conversation.", valueName: "text"))
    var system: String?

    @Flag(help: "Continue the prompt as plain text, without the chat template.")
    var raw = false
}
