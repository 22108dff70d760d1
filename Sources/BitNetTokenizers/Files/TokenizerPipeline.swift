/// What `tokenizer.json` says about the steps around the merges.
///
/// Steps that this module does not know are refused by name.
struct TokenizerPipeline {
    /// The two families of tokenizers.
    enum Family {
        case byteLevel(SplitPattern, addsPrefixSpace: Bool)
        case sentencePiece(SentencePieceEncoder.Prefix, SentencePieceEncoder.Split)
    }

    private(set) var family = Family.sentencePiece(.never, .nowhere)
    /// Whether text is brought to Unicode normalisation form C first.
    private(set) var composes = false
    /// Whether decoding takes away a space at the beginning.
    private(set) var stripsLeadingSpace = false
    /// The text of the token that the post-processor puts in front.
    private(set) var leadingToken: [UInt8]?

    private var replacesSpaces = false
    private var prefix = SentencePieceEncoder.Prefix.never
    private var split = SentencePieceEncoder.Split.nowhere
    private var pattern: SplitPattern?
    private var hasByteLevel = false
    private var addsPrefixSpace = false

    /// Reads the steps of a file.
    init(_ root: JSONValue) throws(TokenizerError) {
        for step in steps(root.member("normalizer"), "normalizers") { try readNormalizer(step) }
        for step in steps(root.member("pre_tokenizer"), "pretokenizers") {
            try readPreTokenizer(step)
        }
        family = try chosenFamily()
        for step in steps(root.member("decoder"), "decoders") { try readDecoder(step) }
        for step in steps(root.member("post_processor"), "processors") {
            try readPostProcessor(step)
        }
    }

    /// How the file writes the bytes of tokens.
    var spelling: TokenSpelling {
        switch family {
        case .byteLevel: .byteAlphabet
        case .sentencePiece: .lowerBlocks
        }
    }

    /// The steps that `value` stands for: none, itself, or those of a sequence in any depth.
    private func steps(_ value: JSONValue?, _ listKey: String) -> [JSONValue] {
        guard let value, !value.isNull else { return [] }
        guard value.member("type")?.string == "Sequence", let list = value.member(listKey) else {
            return [value]
        }
        return list.elements.flatMap { steps($0, listKey) }
    }

    private func chosenFamily() throws(TokenizerError) -> Family {
        if hasByteLevel, !replacesSpaces, let pattern {
            return .byteLevel(pattern, addsPrefixSpace: addsPrefixSpace)
        }
        guard replacesSpaces, !hasByteLevel, pattern == nil, !composes else {
            throw TokenizerError(
                code: .unsupported, place: "\(TokenizerFile.name): pre_tokenizer",
                found: "another combination of steps",
                expected: "a split pattern with ByteLevel, or spaces replaced by U+2581")
        }
        return .sentencePiece(prefix, split)
    }

    // MARK: - Normalizer

    private mutating func readNormalizer(_ step: JSONValue) throws(TokenizerError) {
        let place = "\(TokenizerFile.name): normalizer"
        switch step.member("type")?.string {
        case "NFC":
            composes = true
        case "Prepend" where step.member("prepend")?.utf8 == Self.lowerBlock:
            prefix = .always
        case "Replace" where Self.isReplacement(step, of: [0x20], by: Self.lowerBlock):
            replacesSpaces = true
        default:
            throw Self.refusal(
                of: step, place, "NFC, Prepend of U+2581, or Replace of a space by U+2581")
        }
    }

    // MARK: - Pre-tokenizer

    private mutating func readPreTokenizer(_ step: JSONValue) throws(TokenizerError) {
        let place = "\(TokenizerFile.name): pre_tokenizer"
        switch step.member("type")?.string {
        case "Split": try readSplit(step, place)
        case "ByteLevel": try readByteLevel(step, place)
        case "Metaspace": try readMetaspace(step, place)
        default: throw Self.refusal(of: step, place, "Split, ByteLevel or Metaspace")
        }
    }

    private mutating func readSplit(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) {
        guard let regex = step.member("pattern")?.member("Regex"), let source = regex.string,
            let known = SplitPattern.allCases.first(where: { $0.isWritten(source) }),
            pattern == nil
        else {
            let found = step.member("pattern")?.member("Regex") ?? step
            throw found.mismatch(
                "\(place).pattern", expected: "the pattern of Llama 3, Qwen 2 or GPT-2",
                code: .unsupported)
        }
        // The patterns match everything, so nothing is left between the matches to treat.
        let isIsolated = step.member("behavior")?.string == "Isolated"
        let keepsMatches =
            step.member("behavior")?.string == "Removed" && step.member("invert")?.bool == true
        guard isIsolated || keepsMatches else {
            throw Self.refusal(of: step, place, "Split with the behaviour Isolated")
        }
        pattern = known
    }

    private mutating func readByteLevel(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) {
        let usesOwnPattern = try step.optionalBool("use_regex", in: place) ?? true
        addsPrefixSpace = try step.optionalBool("add_prefix_space", in: place) ?? true
        hasByteLevel = true
        guard !(pattern != nil && (usesOwnPattern || addsPrefixSpace)) else {
            throw step.mismatch(
                place, expected: "ByteLevel after Split without pattern and prefix of its own",
                code: .unsupported)
        }
        if usesOwnPattern { pattern = .gpt2 }
    }

    private mutating func readMetaspace(
        _ step: JSONValue, _ place: String
    ) throws(TokenizerError) {
        guard step.member("replacement")?.utf8 == Self.lowerBlock else {
            throw Self.refusal(of: step, place, "Metaspace with U+2581")
        }
        replacesSpaces = true
        let scheme = try step.optionalString("prepend_scheme", in: place)
        let addsByDefault = try step.optionalBool("add_prefix_space", in: place) ?? true
        switch scheme ?? (addsByDefault ? "always" : "never") {
        case "always": prefix = prefix == .always ? .always : .unlessPresent
        case "first": prefix = prefix == .always ? .always : .firstUnlessPresent
        case "never": break
        default: throw Self.refusal(of: step, place, "prepend_scheme always, first or never")
        }
        if try step.optionalBool("split", in: place) ?? true { split = .beforeSpaces }
    }

    // MARK: - Decoder

    private mutating func readDecoder(_ step: JSONValue) throws(TokenizerError) {
        let place = "\(TokenizerFile.name): decoder"
        switch (step.member("type")?.string, family) {
        case ("ByteLevel", .byteLevel), ("ByteFallback", .sentencePiece),
            ("Fuse", .sentencePiece):
            return
        case ("Replace", .sentencePiece)
        where Self.isReplacement(step, of: Self.lowerBlock, by: [0x20]):
            return
        case ("Strip", .sentencePiece) where Self.stripsOneSpace(step):
            stripsLeadingSpace = true
        default:
            throw Self.refusal(
                of: step, place, "ByteLevel, or Replace, ByteFallback, Fuse and Strip")
        }
    }

    private static func stripsOneSpace(_ step: JSONValue) -> Bool {
        step.member("content")?.string == " " && step.member("start")?.integer == 1
            && step.member("stop")?.integer == 0
    }

    // MARK: - Post-processor

    private mutating func readPostProcessor(_ step: JSONValue) throws(TokenizerError) {
        let place = "\(TokenizerFile.name): post_processor"
        switch step.member("type")?.string {
        case "ByteLevel": return
        case "TemplateProcessing":
            let items = try step.required("single", .array, in: place)
            for first in items.elements.prefix(1) {
                leadingToken = first.member("SpecialToken")?.member("id")?.utf8
            }
        default: throw Self.refusal(of: step, place, "ByteLevel or TemplateProcessing")
        }
    }

    // MARK: - Helpers

    /// `▁` (U+2581) in UTF-8.
    private static let lowerBlock: [UInt8] = [0xE2, 0x96, 0x81]

    private static func isReplacement(
        _ step: JSONValue, of old: [UInt8], by new: [UInt8]
    ) -> Bool {
        step.member("pattern")?.member("String")?.utf8 == old
            && step.member("content")?.utf8 == new
    }

    private static func refusal(
        of step: JSONValue, _ place: String, _ expected: String
    ) -> TokenizerError {
        let type = step.member("type") ?? step
        return type.mismatch(place, expected: expected, code: .unsupported)
    }
}

extension SplitPattern {
    /// Whether `source` is this pattern, byte for byte.
    func isWritten(_ source: String) -> Bool { source.utf8.elementsEqual(rawValue.utf8) }
}
