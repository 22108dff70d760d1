import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

struct DetokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detokenize",
        abstract: "Turn token ids from standard input into text.",
        discussion: """
            Reads ids separated by white space, commas or brackets, and prints exactly the bytes \
            they stand for, without a line end of its own. With --jsonl, bytes that are not UTF-8 \
            become U+FFFD. The model may be a file with a vocabulary only, or a folder without \
            weights.

            EXAMPLES
              echo 9906 1917 | bitnet detokenize -m model.gguf
              printf 'Hello' | bitnet tokenize -m model.gguf | bitnet detokenize -m model.gguf
              echo '[9906, 1917]' | bitnet detokenize -m model.gguf --jsonl --skip-special
            """)

    @OptionGroup var model: ModelPathOptions

    @Flag(help: "Read one JSON list of ids a line and print one JSON string a line.")
    var jsonl = false

    @Flag(help: "Leave out special tokens, such as begin-of-text.")
    var skipSpecial = false

    func run() throws {
        let tokenizer = try TokenizerLoader.load(path: model.path)
        if jsonl {
            for (number, line) in try JSONLines.readInput() {
                let ids: [Int] = try JSONLines.decode(line, number, "a JSON list of token ids")
                let tokens = try ids.map { try check($0, tokenizer, "line \(number): ") }
                let text = tokenizer.decode(tokens, skipSpecialTokens: skipSpecial)
                try StandardStreams.writeOutput(JSONLines.line(text))
            }
            return
        }
        let tokens = try plainIDs().map { try check($0, tokenizer, "") }
        try StandardStreams.writeOutput(
            tokenizer.decodeBytes(tokens, skipSpecialTokens: skipSpecial))
    }

    private func plainIDs() throws -> [Int] {
        let separators = Set(" \t\r\n,[]".utf8)
        return try StandardStreams.readInput().split { separators.contains($0) }.map { word in
            let text = String(decoding: word, as: UTF8.self)
            if let id = Int(text) { return id }
            throw CommandFailure(
                "standard input: expected token ids, found \"\(text.prefix(40))\"")
        }
    }

    private func check(_ id: Int, _ tokenizer: Tokenizer, _ place: String) throws -> TokenID {
        if (0..<tokenizer.vocabularyCount).contains(id) { return TokenID(id) }
        throw CommandFailure(
            "\(place)token \(id) is outside the vocabulary of \(tokenizer.vocabularyCount) tokens")
    }
}
