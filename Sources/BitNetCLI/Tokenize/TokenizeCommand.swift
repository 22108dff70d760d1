import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn text from standard input into token ids.",
        discussion: """
            Prints the ids on one line, separated by spaces. All bytes of the input count, a line \
            end too; they need not be UTF-8. The names of special tokens in the text become these \
            tokens unless --no-special is given. The model may be a file with a vocabulary only, or \
            a folder without weights.

            EXAMPLES
              printf 'Hello world' | bitnet tokenize -m model.gguf
              printf 'Hello world' | bitnet tokenize -m model/ --bos --pieces
              printf '"Hello"\\n"two\\\\nlines"\\n' | bitnet tokenize -m model.gguf --jsonl
            """)

    @OptionGroup var model: ModelPathOptions

    @Flag(
        inversion: .prefixedNo,
        help: "Put the begin-of-text token in front, if the model has one.")
    var bos = false

    @Flag(
        inversion: .prefixedNo,
        help: "Recognise the names of special tokens in the text.")
    var special = true

    @Flag(help: "Read one JSON string a line and print one JSON list of ids a line.")
    var jsonl = false

    @Flag(help: "Print one token a line: its id, a tab, and its text in quotes.")
    var pieces = false

    mutating func validate() throws {
        if jsonl && pieces { throw ValidationError("--pieces and --jsonl exclude each other") }
    }

    func run() throws {
        let tokenizer = try TokenizerLoader.load(path: model.path)
        if jsonl {
            for (number, line) in try JSONLines.readInput() {
                let text: String = try JSONLines.decode(line, number, "a JSON string")
                try print(
                    encode(Array(text.utf8), tokenizer), separator: ",", open: "[", close: "]")
            }
            return
        }
        let ids = encode(try StandardStreams.readInput(), tokenizer)
        if pieces {
            let lines = ids.map { "\($0)\t\(QuotedBytes.text(tokenizer.bytes(of: $0)))\n" }
            try StandardStreams.writeOutput(lines.joined())
        } else {
            try print(ids, separator: " ")
        }
    }

    private func encode(_ text: [UInt8], _ tokenizer: Tokenizer) -> [TokenID] {
        tokenizer.encode(bytes: text, addBeginningOfText: bos, parseSpecialTokens: special)
    }

    private func print(
        _ ids: [TokenID], separator: String, open: String = "", close: String = ""
    ) throws {
        let list = ids.map(\.description).joined(separator: separator)
        try StandardStreams.writeOutput(open + list + close + "\n")
    }
}
