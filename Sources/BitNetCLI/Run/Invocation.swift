import ArgumentParser
import BitNetModels

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the words of `bitnet run` mean: a model first if the first word names one, then the prompt.
struct Invocation {
    /// Nil for the model that comes with the program.
    private let model: String?
    /// "-" stands for standard input; nil asks for a conversation.
    private let prompt: String?

    init(words: [String], model: String?, prompt: String?) throws(ValidationError) {
        var words = words
        if model == nil, let first = words.first, try Self.namesModel(first) {
            self.model = words.removeFirst()
        } else {
            self.model = model
        }
        let rest = words.joined(separator: " ")
        if let prompt, !words.isEmpty {
            throw ValidationError("The prompt is given twice: -p \"\(prompt)\" and \"\(rest)\".")
        }
        self.prompt = prompt ?? (words.isEmpty ? nil : rest)
    }

    var modelPath: String { model ?? BundledModel.name }

    /// The prompt, if there is one: for "-" standard input without its last line end.
    func readPrompt() throws(CommandFailure) -> String? {
        guard prompt == "-" else { return prompt }
        let text = String(decoding: try StandardStreams.readInput(), as: UTF8.self)
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }

    /// A file, a folder or the bundled model's name; a word that looks like a path must exist.
    private static func namesModel(_ word: String) throws(ValidationError) -> Bool {
        if word == BundledModel.name || FileManager.default.fileExists(atPath: word) { return true }
        let looksLikePath =
            word.hasSuffix(".gguf") || word.hasSuffix(".safetensors")
            || (word.contains("/") && !word.contains(" "))
        guard looksLikePath else { return false }
        throw ValidationError("There is no model at \"\(word)\"; give the prompt with -p.")
    }
}
