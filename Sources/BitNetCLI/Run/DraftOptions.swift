import ArgumentParser
import BitNetGeneration

/// `--draft-max`: how many tokens are guessed and checked together; the name is llama.cpp's.
struct DraftOptions: ParsableArguments {
    @Option(
        name: .customLong("draft-max"),
        help: ArgumentHelp(
            "Most tokens to guess from the text's own repetitions and check together; 0 guesses "
                + "none. Results do not depend on it.", valueName: "tokens"))
    var maximum = GenerationParameters().maximumDraftTokens

    mutating func validate() throws {
        if maximum < 0 {
            throw ValidationError("--draft-max: expected 0 tokens or more, found \(maximum)")
        }
    }
}
