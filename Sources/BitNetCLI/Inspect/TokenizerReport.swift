import BitNetTokenizers

/// What a tokenizer is.
struct TokenizerReport: Encodable {
    let kind: String
    let size: Int
    let beginningOfText: TokenID?
    let endOfText: TokenID?
    /// Tokens after which generation stops.
    let endOfGeneration: [TokenID]
    let addsBeginningOfText: Bool
    let hasChatTemplate: Bool
    private let spelling: [TokenID: String]

    enum CodingKeys: String, CodingKey {
        case kind, size
        case beginningOfText = "bos_id"
        case endOfText = "eos_id"
        case endOfGeneration = "end_of_generation_ids"
        case addsBeginningOfText = "adds_bos"
        case hasChatTemplate = "chat_template"
    }

    init(_ tokenizer: Tokenizer) {
        kind = tokenizer.kind.rawValue
        size = tokenizer.vocabularyCount
        beginningOfText = tokenizer.beginningOfText
        endOfText = tokenizer.endOfText
        endOfGeneration = tokenizer.endOfGeneration.sorted()
        addsBeginningOfText = tokenizer.addsBeginningOfText
        hasChatTemplate = tokenizer.chatTemplate != nil
        let special = [beginningOfText, endOfText].compactMap { $0 } + endOfGeneration
        spelling = Dictionary(
            special.map { ($0, QuotedBytes.text(tokenizer.bytes(of: $0))) }
        ) { first, _ in first }
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        let ends = endOfGeneration.map(named).joined(separator: ", ")
        return [
            ReportLine("tokenizer", "\(kind), \(size) tokens"),
            ReportLine(
                "begin of text",
                beginningOfText.map { named($0) + (addsBeginningOfText ? "" : ", not added") }
                    ?? "none"),
            ReportLine("end of text", endOfText.map(named) ?? "none"),
            ReportLine("generation ends", ends.isEmpty ? "never" : "at \(ends)"),
            ReportLine("chat template", hasChatTemplate ? "yes" : "no"),
        ]
    }

    private func named(_ id: TokenID) -> String { "\(id) \(spelling[id] ?? "")" }
}
