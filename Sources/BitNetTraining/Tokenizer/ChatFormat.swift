/// The control tokens of the tokenizers made here, and the chat template that uses them: Llama 3's.
enum ChatFormat {
    static let beginningOfText = "<|begin_of_text|>"
    static let endOfText = "<|end_of_text|>"
    static let startOfHeader = "<|start_header_id|>"
    static let endOfHeader = "<|end_header_id|>"
    static let endOfTurn = "<|eot_id|>"

    /// The control tokens in the order of their ids, which follow those of text.
    static let controlTokens = [
        beginningOfText, endOfText, startOfHeader, endOfHeader, endOfTurn,
    ]

    /// Roles in headers, contents without the white space around them, each turn ended.
    static let template =
        "{{ bos_token }}{% for message in messages %}"
        + "{{ '\(startOfHeader)' + message['role'] + '\(endOfHeader)\\n\\n' }}"
        + "{{ message['content'] | trim + '\(endOfTurn)' }}{% endfor %}"
        + "{% if add_generation_prompt %}"
        + "{{ '\(startOfHeader)assistant\(endOfHeader)\\n\\n' }}{% endif %}"
}
