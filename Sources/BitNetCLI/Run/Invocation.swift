import ArgumentParser
import BitNetModels

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the words of `bitnet run` mean: a model first if the first word names one, then the prompt.
struct Invocation {
    let modelPath: String
    let modelName: String
    /// Nil asks for a conversation.
    let prompt: String?

    init(words: [String], model: String?, prompt: String?) throws {
        var words = words
        if let model {
            modelPath = model
        } else if let first = words.first, try Self.namesModel(first) {
            modelPath = words.removeFirst()
        } else {
            modelPath = BundledModel.name
        }
        modelName = URL(filePath: modelPath).lastPathComponent
        if let prompt, !words.isEmpty {
            throw ValidationError(
                "The prompt is given twice: -p \"\(prompt)\" and \"\(words.joined(separator: " "))\".")
        }
        self.prompt = try Self.text(prompt ?? (words.isEmpty ? nil : words.joined(separator: " ")))
    }

    /// A word is a model when it is a file or folder; one that looks like a path must exist.
    private static func namesModel(_ word: String) throws -> Bool {
        if FileManager.default.fileExists(atPath: word) { return true }
        let looksLikePath =
            word.hasSuffix(".gguf") || word.hasSuffix(".safetensors")
            || (word.contains("/") && !word.contains(" "))
        guard looksLikePath else { return false }
        throw ValidationError("There is no model at \"\(word)\"; give the prompt with -p.")
    }

    private static func text(_ prompt: String?) throws -> String? {
        guard prompt == "-" else { return prompt }
        return String(decoding: try StandardStreams.readInput(), as: UTF8.self)
    }
}
