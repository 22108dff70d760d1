import ArgumentParser
import BitNetGeneration

/// What an answer must look like.
struct ConstraintOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Answer with JSON that satisfies this JSON Schema: a file, - for standard input, or "
                + "the schema itself.", valueName: "schema"))
    var jsonSchema: String?

    @Option(
        help: ArgumentHelp(
            "Answer with text that matches this file's grammar, in llama.cpp's GBNF.",
            valueName: "file"))
    var grammar: String?

    @Flag(help: "Answer with a JSON object of any shape.")
    var jsonObject = false

    func validate() throws {
        if [jsonSchema != nil, grammar != nil, jsonObject].filter({ $0 }).count > 1 {
            throw ValidationError(
                "--json-schema, --grammar and --json-object exclude each other.")
        }
    }

    /// Whether standard input is the schema or the grammar.
    var readsInput: Bool { jsonSchema == "-" || grammar == "-" }

    /// The constraint for `model`; nil if none was asked for.
    func constraint(for model: LanguageModel) throws -> OutputConstraint? {
        do {
            if let jsonSchema {
                let isInline = jsonSchema.drop { $0.isWhitespace }.hasPrefix("{")
                let text =
                    isInline ? Array(jsonSchema.utf8) : try InputFile.bytes(jsonSchema)
                return try OutputConstraint(
                    jsonSchema: text, vocabulary: model.constraintVocabulary)
            }
            if let grammar {
                return try OutputConstraint(
                    grammar: InputFile.bytes(grammar), vocabulary: model.constraintVocabulary)
            }
            return jsonObject ? try .jsonObject(vocabulary: model.constraintVocabulary) : nil
        } catch let error as ConstraintError {
            throw CommandFailure("\(jsonSchema == nil ? "--grammar" : "--json-schema"): \(error)")
        }
    }
}
