/// Writes the answers as JSON, prompt by prompt: whole files of logits need not fit into memory.
final class LogitsWriter {
    private let file: OutputFile
    private var count = 0
    private var likelihood: Double?

    init(_ path: String) throws {
        file = try OutputFile(path)
        try file.write("{\"prompts\":[")
    }

    /// Adds a prompt; numbers have as many digits as it takes to read back the same float32.
    func write(
        _ prompt: LogitsRequest.Prompt, _ positions: [Int], _ answer: LogitsComputation.Answer
    ) throws {
        try file.write(
            "\(count == 0 ? "" : ",")\n{\"ids\":\(list(prompt.ids)),"
                + "\"positions\":\(list(positions)),")
        if !answer.greedy.isEmpty { try file.write("\"greedy\":\(list(answer.greedy)),") }
        try file.write("\"logits\":[")
        for (index, position) in positions.enumerated() {
            let row = answer.rows[position] ?? []
            guard row.allSatisfy(\.isFinite) else {
                throw CommandFailure(
                    "prompts[\(count)]: the logits of position \(position) are not finite numbers; "
                        + "the model's weights are damaged or do not fit its configuration")
            }
            try file.write((index == 0 ? "\n" : ",\n") + list(row))
        }
        try file.write("]}")
        likelihood = answer.likelihood ?? likelihood
        count += 1
    }

    /// Ends the object.
    func finish() throws {
        try file.write("\n]")
        if let likelihood { try file.write(",\"nll\":\(likelihood)") }
        try file.write("}\n")
        try file.finish()
    }

    private func list(_ values: [some CustomStringConvertible]) -> String {
        "[" + values.map(\.description).joined(separator: ",") + "]"
    }
}
