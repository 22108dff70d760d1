internal import BitNetCheckpoints

/// A byte-level vocabulary of a given size with made-up tokens, laid out like Llama 3's: bytes,
/// merged tokens, control tokens at the end.
struct SyntheticVocabulary {
    private let size: Int
    private let controlCount: Int

    init(size: Int) {
        self.size = size
        // 256 in a vocabulary of Llama 3's size.
        controlCount = min(256, size / 8)
    }

    private var firstControl: Int { size - controlCount }

    /// The metadata under `tokenizer.`.
    func pairs() -> [GGUFPair] {
        let (merged, merges) = mergedTokens(firstControl - 256)
        let tokens = Self.byteAlphabet + merged + (0..<controlCount).map(Self.controlToken)
        let types = (0..<size).map { Int32($0 < firstControl ? 1 : 3) }
        let id = { (offset: Int) in GGUFValue.uint32(UInt32(firstControl + offset)) }
        return [
            GGUFPair("tokenizer.ggml.model", .string("gpt2")),
            GGUFPair("tokenizer.ggml.pre", .string("llama-bpe")),
            GGUFPair("tokenizer.ggml.tokens", .strings(StringTable(tokens))),
            GGUFPair("tokenizer.ggml.token_type", .int32s(types)),
            GGUFPair("tokenizer.ggml.merges", .strings(StringTable(merges))),
            GGUFPair("tokenizer.ggml.bos_token_id", id(0)),
            GGUFPair("tokenizer.ggml.eos_token_id", id(1)),
            GGUFPair("tokenizer.ggml.eot_token_id", id(9)),
            GGUFPair("tokenizer.ggml.add_bos_token", .bool(true)),
            GGUFPair("tokenizer.chat_template", .string(Self.chatTemplate)),
        ]
    }

    /// GPT-2's characters for the bytes 0 to 255: printable ones stand for themselves.
    private static let byteAlphabet: [String] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<0x100).map { byte in
            let isPrintable =
                (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            defer { if !isPrintable { next += 1 } }
            return Unicode.Scalar(isPrintable ? byte : next).map { String(Character($0)) } ?? ""
        }
    }()

    /// The first `count` words over a to z, with and without a space in front, shortest first.
    private func mergedTokens(_ count: Int) -> (tokens: [String], merges: [String]) {
        let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map {
            String(Character(Unicode.Scalar($0)))
        }
        var tokens: [String] = []
        var merges: [String] = []
        var stems = ["Ġ"] + letters
        while tokens.count < count {
            var longer: [String] = []
            for stem in stems {
                for letter in letters where tokens.count < count {
                    longer.append(stem + letter)
                    tokens.append(stem + letter)
                    merges.append("\(stem) \(letter)")
                }
            }
            stems = longer
        }
        return (tokens, merges)
    }

    /// Llama 3's control tokens, by their distance from the first.
    private static func controlToken(_ offset: Int) -> String {
        switch offset {
        case 0: "<|begin_of_text|>"
        case 1: "<|end_of_text|>"
        case 6: "<|start_header_id|>"
        case 7: "<|end_header_id|>"
        case 9: "<|eot_id|>"
        case 2...5: "<|reserved_special_token_\(offset - 2)|>"
        case 8: "<|reserved_special_token_4|>"
        default: "<|reserved_special_token_\(offset - 5)|>"
        }
    }

    /// The template of BitNet b1.58 2B4T.
    private static let chatTemplate = """
        {% set loop_messages = messages %}{% for message in loop_messages %}\
        {% set content = message['role'] | capitalize + ': '+ message['content'] | trim + \
        '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}\
        {{ content }}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}
        """
}
