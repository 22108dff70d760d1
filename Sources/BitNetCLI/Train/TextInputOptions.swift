import ArgumentParser
import BitNetTraining

/// The texts of a command that reads many.
struct TextInputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Text files, JSONL files (.jsonl), folders (their .txt, .md and .jsonl, those in "
                + "folders below too), or - for standard input.", valueName: "text"))
    var texts: [String]

    @Option(help: ArgumentHelp("The key of the text in a line of JSONL.", valueName: "key"))
    var field = "text"

    @Flag(help: "Read all files and standard input as JSONL, whatever their names.")
    var jsonl = false

    @Flag(help: "Replace bytes that are not UTF-8 by U+FFFD, instead of refusing the text.")
    var lossy = false

    mutating func validate() throws {
        if texts.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("standard input (-) can be given only once")
        }
    }

    /// The options of a corpus of these texts.
    var options: TextCorpus.Options {
        var options = TextCorpus.Options()
        options.field = field
        options.isJSONLines = jsonl
        options.repairsText = lossy
        return options
    }
}

/// How text files become documents.
struct DocumentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What stands between two documents of a text file; \\n, \\r, \\t, \\f and \\\\ stand for "
                + "the characters. (default: a file is one document)", valueName: "string"))
    var delimiter: String?

    @Flag(help: "Make each line of a text file a document.")
    var lines = false

    mutating func validate() throws {
        if lines && delimiter != nil {
            throw ValidationError("--lines and --delimiter exclude each other")
        }
        if let delimiter, try Self.unescaped(delimiter).isEmpty {
            throw ValidationError("--delimiter: expected one character or more")
        }
    }

    /// The string between two documents, if there is one.
    func separator() throws -> String? {
        lines ? "\n" : try delimiter.map(Self.unescaped)
    }

    private static func unescaped(_ text: String) throws -> String {
        let escapes: [Character: Character] = [
            "n": "\n", "r": "\r", "t": "\t", "f": "\u{0C}", "\\": "\\",
        ]
        var unescaped = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            guard character == "\\" else {
                unescaped.append(character)
                continue
            }
            guard let name = characters.next(), let meant = escapes[name] else {
                throw ValidationError(
                    "--delimiter: expected \\n, \\r, \\t, \\f or \\\\ where a backslash is, found "
                        + "\"\(text)\"")
            }
            unescaped.append(meant)
        }
        return unescaped
    }
}
