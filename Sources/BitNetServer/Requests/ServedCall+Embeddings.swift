#if Server
import BitNetGeneration
import BitNetTokenizers

extension ServedCall {
    /// The vectors of some texts, one after the other.
    ///
    /// Throws where the model was not made for embeddings and the server does not force them, and
    /// where a text is empty or too long; `field` is to blame then.
    func embed(
        _ texts: [[TokenID]], _ model: ServedModel, field: String
    ) async throws -> [TextEmbedding] {
        record.admitted(try state.admission.admit(1))
        var vectors: [TextEmbedding] = []
        for (index, tokens) in texts.enumerated() {
            if let error = cancellation.error { throw error }
            do {
                vectors.append(
                    try await model.language.embed(
                        tokens: tokens, allowsAnyModel: configuration.forcesEmbeddings))
            } catch let error as GenerationError where error.code != .noEmbeddings {
                let place = texts.count == 1 ? field : "\(field)[\(index)]"
                throw RequestError(
                    error.code == .contextFull ? .contextLength : .invalid,
                    "\(place): \(error)", field: place)
            }
        }
        var usage = ServedUsage()
        usage.promptTokens = texts.reduce(0) { $0 + $1.count }
        record.note(usage)
        return vectors
    }
}

extension JSONOutput {
    /// A value of a request, without the white space between its parts.
    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .number: self = .literal(value.sourceText)
        case .string: self = .string(value.string ?? "")
        case .array: self = .array(value.elements.map { JSONOutput($0) })
        case .object:
            self = .object(
                value.members.map { Member(key: $0.string ?? "", value: JSONOutput($1)) })
        }
    }

    /// A vector as a list of numbers.
    static func vector(_ values: [Float]) -> JSONOutput {
        .array(values.map { .literal("\($0)") })
    }

    /// Arguments of a call as a value; an empty object where they are no whole JSON.
    static func arguments(_ text: String) -> JSONOutput {
        guard let document = try? JSONDocument(Array(text.utf8), file: "the arguments"),
            document.root.kind == .object
        else { return [:] }
        return JSONOutput(document.root)
    }
}
#endif
