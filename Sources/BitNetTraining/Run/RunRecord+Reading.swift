internal import BitNetTokenizers

extension RunRecord {
    /// Reads one line of a log; errors name `place`, its file and line.
    ///
    /// Of a header's and an end's further members those are kept that hold one value; a null
    /// becomes NaN. Further members of other records are left out.
    init(line: [UInt8], place: String) throws(TrainingError) {
        let root: JSONValue
        do throws(TokenizerError) {
            root = try JSONDocument(line, file: place).root
        } catch {
            throw RecordMembers.noRecord(place, "\(error.found) at byte \(error.byteOffset ?? 0)")
        }
        let members = try RecordMembers(root, place)
        switch members.kind {
        case "run": self = .run(try members.header())
        case "step": self = .step(try members.stepRecord())
        case "evaluation": self = .evaluation(try members.evaluation())
        case "end": self = .end(EndRecord(extra: members.extra(except: ["kind"])))
        default: throw RecordMembers.noRecord(place, "the kind \"\(members.kind.prefix(40))\"")
        }
    }
}

/// The members of one record.
private struct RecordMembers {
    /// Steps and counts up to here are exact as floating-point numbers.
    private static let greatestCount = 1 << 53

    let kind: String
    private let members: [String: JSONValue]
    /// The members' names in the order of the line.
    private let names: [String]
    private let place: String

    init(_ root: JSONValue, _ place: String) throws(TrainingError) {
        var members: [String: JSONValue] = [:]
        var names: [String] = []
        for (key, value) in root.members {
            guard let name = key.string, members.updateValue(value, forKey: name) == nil else {
                throw Self.noRecord(place, "a member twice")
            }
            names.append(name)
        }
        guard let kind = members["kind"]?.string else {
            throw Self.noRecord(place, "no member \"kind\"")
        }
        self.kind = kind
        self.members = members
        self.names = names
        self.place = place
    }

    static func noRecord(_ place: String, _ found: String) -> TrainingError {
        TrainingError(
            .invalidData, file: place,
            "expected a record of a training log, of the kind run, step, evaluation or end; "
                + "found \(found)")
    }

    func header() throws(TrainingError) -> RunHeader {
        guard let precision = TrainingPrecision(rawValue: try string("precision")) else {
            throw wrong("precision", "ternary or full")
        }
        return RunHeader(
            name: try string("name"), precision: precision, parameters: try count("parameters"),
            steps: try count("steps"), batchTokens: try count("batch_tokens"), seed: try seed(),
            extra: extra(except: [
                "kind", "name", "precision", "parameters", "steps", "batch_tokens", "seed",
            ]))
    }

    func stepRecord() throws(TrainingError) -> StepRecord {
        StepRecord(
            step: try count("step"), loss: try number("loss"),
            learningRate: try number("learning_rate"), weightDecay: try number("weight_decay"),
            gradientNorm: try number("gradient_norm"), tokens: try count("tokens"),
            seconds: try number("seconds"), tokensPerSecond: try number("tokens_per_second"))
    }

    func evaluation() throws(TrainingError) -> EvaluationRecord {
        EvaluationRecord(
            step: try count("step"), heldOutLoss: try number("held_out_loss"),
            perplexity: try number("perplexity"))
    }

    func extra(except known: Set<String>) -> [RunMember] {
        names.filter { !known.contains($0) }.compactMap { name in
            members[name].flatMap(Self.scalar).map { RunMember(name, $0) }
        }
    }

    private static func scalar(_ value: JSONValue) -> RunValue? {
        switch value.kind {
        case .null: .number(.nan)
        case .bool: value.bool.map { .bool($0) }
        case .number: value.integer.map { .integer($0) } ?? value.double.map { .number($0) }
        case .string: value.string.map { .string($0) }
        case .array, .object: nil
        }
    }

    private func string(_ name: String) throws(TrainingError) -> String {
        guard let value = members[name]?.string else { throw wrong(name, "a string") }
        return value
    }

    private func count(_ name: String) throws(TrainingError) -> Int {
        guard let value = members[name]?.integer, (0...Self.greatestCount).contains(value)
        else { throw wrong(name, "a whole number from 0 to 2^53") }
        return value
    }

    private func seed() throws(TrainingError) -> UInt64 {
        guard let value = members["seed"]?.unsignedInteger else {
            throw wrong("seed", "a whole number from 0 to 2^64 - 1")
        }
        return value
    }

    /// A number; NaN for null, which is how any number that is not finite is written.
    private func number(_ name: String) throws(TrainingError) -> Double {
        if members[name]?.isNull == true { return .nan }
        guard let value = members[name]?.double else { throw wrong(name, "a number or null") }
        return value.isFinite ? value : .nan
    }

    private func wrong(_ name: String, _ expected: String) -> TrainingError {
        let found = members[name] == nil ? "is missing" : "has another value"
        return TrainingError(
            .invalidData, file: place,
            "\"\(name)\" of the \(kind) record \(found); expected \(expected)")
    }
}
