#if Server
/// The fields of OpenAI's requests, as `/openapi.json` describes them.
enum OpenAIFields {
    static let chat: [RequestField] =
        [
            .list("messages", of: "object", "The conversation so far.", isRequired: true),
            .list("tools", of: "object", "Functions that the model may call."),
            RequestField(
                "tool_choice", ["type": ["string", "object"]],
                "none, auto, required, or the function to call."),
            .bool("parallel_tool_calls", "Whether one message may hold several calls; true."),
            .bool("logprobs", "Report the probability of each token."),
            .integer("top_logprobs", "How many alternatives to report.", from: 0, to: 20),
        ] + shared

    static let completion: [RequestField] =
        [
            RequestField(
                "prompt", ["type": ["string", "array"]],
                "A text, token ids, or a list of either.", isRequired: true),
            .bool("echo", "Show the prompt in front of the text."),
            .integer(
                "logprobs", "Report each token's probability, with so many alternatives.",
                from: 0, to: 100),
            .integer("best_of", "At most n: every text is kept.", from: 1, to: 128),
        ] + shared

    private static let shared: [RequestField] = [
        .string("model", "The model's name."),
        .integer("n", "Texts of each prompt.", from: 1, to: OpenAISampling.choiceLimit),
        .integer("max_tokens", "The most tokens to generate; -1 for no limit.", from: -1),
        .integer("max_completion_tokens", "Goes before max_tokens.", from: -1),
        .number("temperature", "0 takes the most likely token every time.", from: 0),
        .number("top_p", "Keep the likeliest tokens up to this probability.", from: 0, to: 1),
        .integer("top_k", "Keep so many of the likeliest tokens; 0 keeps all.", from: -1),
        .number("min_p", "Drop tokens below this share of the likeliest.", from: 0, to: 1),
        .number("typical_p", "Keep tokens of typical surprise.", from: 0, to: 1),
        .number("presence_penalty", "Subtracted from the logits of tokens seen."),
        .number("frequency_penalty", "Subtracted for each time a token was seen."),
        .number("repeat_penalty", "What the logits of tokens seen are divided by."),
        .integer("repeat_last_n", "Tokens that penalties look at; -1 is all.", from: -1),
        RequestField(
            "logit_bias", ["type": "object", "additionalProperties": ["type": "number"]],
            "Token ids and what is added to their logits, -100 to 100."),
        RequestField(
            "stop", ["type": ["string", "array"]],
            "Strings that end the text, at most \(OpenAISampling.stopLimit)."),
        .integer("seed", "The same seed gives the same text; -1 takes a new one."),
        RequestField(
            "response_format", ["type": "object"],
            "text, json_object, or json_schema with a schema that the text satisfies."),
        RequestField("json_schema", [:], "A JSON Schema that the text satisfies."),
        .string("grammar", "A GBNF grammar that the text satisfies."),
        .bool("ignore_eos", "Go on after the model's end of text."),
        .bool("stream", "Send the text as it comes, as server-sent events."),
        RequestField(
            "stream_options",
            ["type": "object", "properties": ["include_usage": ["type": "boolean"]]],
            "Whether the counts come in a chunk of their own."),
    ]
}
#endif
