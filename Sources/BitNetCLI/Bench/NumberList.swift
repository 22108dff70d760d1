import ArgumentParser

/// A comma list of numbers and ranges, as llama-bench takes them: `1,2`, `first-last`,
/// `first-last+step`, `first-last*factor`.
struct NumberList: ExpressibleByArgument {
    let values: [Int]
    let defaultValueDescription: String

    /// Values of a list; nil when it is malformed, has a negative number or over 1,000 values.
    init?(argument: String) {
        var values: [Int] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = Self.range(part), values.count + range.count <= 1000 else {
                return nil
            }
            values += range
        }
        self.values = values
        defaultValueDescription = argument
    }

    /// A single value.
    init(_ value: Int) {
        values = [value]
        defaultValueDescription = "\(value)"
    }

    private static func range(_ text: Substring) -> [Int]? {
        guard let dash = text.firstIndex(of: "-") else { return number(text).map { [$0] } }
        let end = text[text.index(after: dash)...]
        let sign = end.firstIndex { $0 == "+" || $0 == "*" }
        let step = sign.map { number(end[end.index(after: $0)...]) } ?? 1
        guard let first = number(text[..<dash]), let last = number(end[..<(sign ?? end.endIndex)]),
            let step, first <= last
        else { return nil }
        let multiplies = sign.map { end[$0] == "*" } ?? false
        guard step >= (multiplies ? 2 : 1), !multiplies || first > 0 else { return nil }
        var values: [Int] = []
        var value = first
        while value <= last, values.count <= 1000 {
            values.append(value)
            value = multiplies ? value * step : value + step
        }
        return values
    }

    /// Numbers stay small enough that no sum or product of two of them overflows.
    private static func number(_ text: Substring) -> Int? {
        guard let value = Int(text), value >= 0, value <= 1 << 28, text.first != "+" else {
            return nil
        }
        return value
    }
}

/// A prompt length and a generation length, measured as one: `pp,tg`.
struct PromptAndGeneration: ExpressibleByArgument {
    let prompt: Int
    let generation: Int

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let prompt = parts[0], let generation = parts[1],
            (1...1 << 28).contains(prompt), (1...1 << 28).contains(generation)
        else { return nil }
        self.prompt = prompt
        self.generation = generation
    }
}
