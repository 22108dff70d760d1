#if Server
import BitNetGeneration
import BitNetTokenizers

/// What a client asks for, in whatever dialect: prompts, and how each is continued.
struct ServedRequest: Sendable {
    /// What is continued.
    enum Prompt: Sendable {
        /// A conversation, in the form of the model's chat template; the variables go to the template
        /// (`tools`, for one).
        case chat([ChatMessage], variables: [String: TemplateValue] = [:])
        /// A plain text.
        case text(String)
        /// Tokens, exactly as they are.
        case tokens([TokenID])
    }

    /// One or more prompts; each has its own choices.
    var prompts: [Prompt]
    /// Length, sampling and stops.
    var parameters: GenerationParameters
    /// How many texts each prompt gets.
    ///
    /// Where a seed is given, they take it, the next one, and so on.
    var choices = 1
    /// How many alternatives are reported with each token's probability; nil for no probabilities.
    var alternatives: Int?
    /// Whether the prompt's own tokens are reported too.
    var reportsPrompt = false
    /// The tools that the model may call.
    var tools: ServedTools?
    /// What the text must look like, apart from calls.
    var shape: ServedShape?
    /// The name of the field that holds the prompt, for errors.
    var promptField = "messages"

    init(prompts: [Prompt], parameters: GenerationParameters) {
        self.prompts = prompts
        self.parameters = parameters
    }

    /// The most texts that one request may ask for, all prompts together.
    static let choiceLimit = 4096
}

/// What a request reports while it is answered.
struct ServedEvent: Sendable {
    /// What happened.
    enum Kind: Sendable {
        /// The prompt's own tokens, for requests that report it; before any text.
        case prompt([TokenReport])
        /// Text that follows what came before, with the reports of its tokens.
        case text(String, [TokenReport])
        /// A call of a tool begins; calls are counted from 0.
        case callBegin(Int, id: String, name: String)
        /// More of a call's arguments, as JSON text.
        case callArguments(Int, String)
        /// A call is complete.
        case callEnd(Int)
        /// The end of this choice.
        case finished(ServedResult)
    }

    /// The index of the text: all choices of the first prompt, then those of the second.
    let choice: Int
    let kind: Kind
}

/// How one text ended and what it cost.
struct ServedResult: Sendable {
    /// Why it ended, in the words that the dialects share.
    enum Finish: Sendable {
        /// The model ended it, or a stop string did.
        case stop
        /// It ended with calls of tools, all complete.
        case toolCalls
        /// As many tokens as were asked for, or as there was room for.
        case length
    }

    let finish: Finish
    /// The stop string that ended the text, if one did.
    let stopString: String?
    let seed: UInt64
    let tokens: [TokenID]
    let statistics: GenerationStatistics
}

/// Counts of a whole answer.
struct ServedUsage: Sendable, Equatable {
    /// Tokens of the prompts, each counted once.
    var promptTokens = 0
    /// How many of them were in the cache already.
    var reusedTokens = 0
    /// Tokens generated, those that ended a text included.
    var completionTokens = 0

    var totalTokens: Int { promptTokens + completionTokens }
}
#endif
