extension RunRecord {
    /// The record as a line of JSON with its end.
    ///
    /// Numbers are written with the fewest digits that read back as the same number; those that
    /// are not finite as null, since JSON has none.
    public var line: String {
        var line = RecordLine()
        switch self {
        case .run(let header): line.add(header)
        case .step(let record): line.add(record)
        case .evaluation(let record): line.add(record)
        case .end(let record):
            line.add("kind", .string("end"))
            line.add(record.extra)
        }
        return line.finished
    }
}

/// A JSON object being written.
private struct RecordLine {
    private var text = "{"
    private var names: Set<String> = []

    var finished: String { text + "}\n" }

    mutating func add(_ header: RunHeader) {
        add("kind", .string("run"))
        add("name", .string(header.name))
        add("precision", .string(header.precision.rawValue))
        add("parameters", .integer(header.parameters))
        add("steps", .integer(header.steps))
        add("batch_tokens", .integer(header.batchTokens))
        add("seed", literal: "\(header.seed)")
        add(header.extra)
    }

    mutating func add(_ record: StepRecord) {
        add("kind", .string("step"))
        add("step", .integer(record.step))
        add("loss", .number(record.loss))
        add("learning_rate", .number(record.learningRate))
        add("weight_decay", .number(record.weightDecay))
        add("gradient_norm", .number(record.gradientNorm))
        add("tokens", .integer(record.tokens))
        add("seconds", .number(record.seconds))
        add("tokens_per_second", .number(record.tokensPerSecond))
        add(record.extra)
    }

    mutating func add(_ record: EvaluationRecord) {
        add("kind", .string("evaluation"))
        add("step", .integer(record.step))
        add("held_out_loss", .number(record.heldOutLoss))
        add("perplexity", .number(record.perplexity))
    }

    mutating func add(_ members: [RunMember]) {
        for member in members { add(member.name, member.value) }
    }

    mutating func add(_ name: String, _ value: RunValue) {
        switch value {
        case .string(let value): add(name, literal: Self.quoted(value))
        case .integer(let value): add(name, literal: "\(value)")
        case .number(let value): add(name, literal: value.isFinite ? "\(value)" : "null")
        case .bool(let value): add(name, literal: "\(value)")
        }
    }

    private mutating func add(_ name: String, literal: String) {
        precondition(names.insert(name).inserted, "the record already has a member \(name)")
        text += (names.count == 1 ? "" : ",") + Self.quoted(name) + ":" + literal
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
