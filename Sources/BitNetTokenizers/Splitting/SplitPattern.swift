/// The regular expressions that cut text into pieces before byte pairs are merged.
package enum SplitPattern: String, Sendable, CaseIterable {
    /// The pattern of Llama 3 and of BitNet b1.58 2B4T.
    case llama3 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    /// The pattern of Qwen 2: every digit is a piece of its own.
    case qwen2 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    /// The pattern of GPT-2.
    case gpt2 =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// The longest run of numbers that is one piece.
    var longestNumber: Int {
        switch self {
        case .llama3: 3
        case .qwen2: 1
        case .gpt2: .max
        }
    }
}
