import ArgumentParser
import BitNetGeneration

/// How text is drawn; names and defaults are those of llama.cpp.
struct SamplingOptions: ParsableArguments {
    @Option(
        name: [.customShort("n"), .customLong("predict")], parsing: .unconditional,
        help: ArgumentHelp(
            "Most tokens to generate; -1 goes on until the model ends or the context is full.",
            valueName: "tokens"))
    var maximumTokens = -1

    @Option(
        name: .shortAndLong,
        help: "Seed of the draw; the same seed gives the same text. (default: a new one)")
    var seed: UInt64?

    @Option(
        name: [.customLong("temp")],
        help: "Temperature; 0 takes the most likely token every time.")
    var temperature: Float = 0.8

    @Option(help: "Keep the K most likely tokens; 0 keeps all.")
    var topK = 40

    @Option(help: "Keep the most likely tokens that reach this probability together; 1 keeps all.")
    var topP: Float = 0.95

    @Option(
        help: "Drop tokens below this share of the most likely one's probability; 0 drops none.")
    var minP: Float = 0.05

    @Option(
        name: [.customLong("typical")],
        help: "Keep tokens of typical surprise up to this probability; 1 keeps all.")
    var typicalP: Float = 1

    @Option(help: "Penalty for tokens seen in the window; 1 is none.")
    var repeatPenalty: Float = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Last tokens that the penalties look at, the window; -1 is all, 0 is none.",
            valueName: "tokens"))
    var repeatLastN = 64

    @Option(
        parsing: .unconditional,
        help: "Subtracted from the logits of tokens seen in the window; 0 is none.")
    var presencePenalty: Float = 0

    @Option(
        parsing: .unconditional,
        help: "Subtracted from a logit for each time its token was seen; 0 is none.")
    var frequencyPenalty: Float = 0

    @Option(
        help: ArgumentHelp(
            "Added to a token's logit, as ID+VALUE or ID-VALUE; 15043-inf bans the token 15043. "
                + "May be repeated.", valueName: "id±value"))
    var logitBias: [LogitBias] = []

    @Option(
        help: ArgumentHelp("Stop in front of this text. May be repeated.", valueName: "text"))
    var stop: [String] = []

    @Flag(help: "Go on after the model's end-of-text token.")
    var ignoreEos = false

    var parameters: GenerationParameters {
        GenerationParameters(
            maximumTokens: maximumTokens == -1 ? nil : maximumTokens, temperature: temperature,
            topK: topK, topP: topP,
            minP: minP, typicalP: typicalP, repetitionPenalty: repeatPenalty,
            repetitionWindow: repeatLastN, presencePenalty: presencePenalty,
            frequencyPenalty: frequencyPenalty,
            logitBias: Dictionary(
                logitBias.map { ($0.token, $0.value) }, uniquingKeysWith: { $1 }),
            seed: seed, stopStrings: stop, ignoreEndOfText: ignoreEos)
    }

    func validate() throws {
        do {
            try parameters.validate()
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

/// A token and what is added to its logit: "15043+1.5", "15043-inf".
struct LogitBias: ExpressibleByArgument {
    let token: Int32
    let value: Float

    init?(argument: String) {
        guard let sign = argument.firstIndex(where: { $0 == "+" || $0 == "-" }),
            let token = Int32(argument[..<sign]), let value = Float(argument[sign...])
        else { return nil }
        self.token = token
        self.value = value
    }
}
