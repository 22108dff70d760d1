import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation

/// A model with one sequence of its own, for tests.
struct ModelRun {
    let model: BitNetModel
    let cache: KVCache
    let workspace: Workspace

    init(
        _ model: BitNetModel, capacity: Int = 256, batch: Int = 64,
        format: KeyValueFormat = .float32
    ) throws {
        self.model = model
        cache = try model.makeCache(capacity: capacity, format: format)
        workspace = try Workspace(model, tokens: batch, positions: capacity)
    }

    /// Appends `tokens` in passes of up to `step` and returns all their logits.
    func append(_ tokens: [Int32], step: Int = 64) throws -> [[Float]] {
        var rows: [[Float]] = []
        for start in stride(from: 0, to: tokens.count, by: step) {
            let part = Array(tokens[start..<min(start + step, tokens.count)])
            try model.forward(
                [SequenceChunk(cache: cache, tokens: part, outputs: .all)], workspace
            ) { rows.append($0.logits) }
        }
        return rows
    }

    /// Continues by the largest logit, end tokens ignored.
    func greedy(after row: [Float], count: Int) throws -> [Int32] {
        var tokens: [Int32] = []
        var row = row
        while tokens.count < count, let best = row.indices.max(by: { row[$0] < row[$1] }) {
            tokens.append(Int32(best))
            row = try append([Int32(best)])[0]
        }
        return tokens
    }
}

extension BitNetModel {
    /// The fixture at `path` on one thread unless told otherwise: tests run in parallel themselves.
    static func fixture(
        _ path: String, threads: Int = 2, kernels: KernelSet? = nil
    ) throws -> BitNetModel {
        try load(
            path: Fixtures.path(path),
            compute: ComputeContext(threads: threads, kernels: kernels))
    }
}

/// The dense Llama fixture with one of its configurations, as a folder.
func denseLlama(_ scaling: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Fixtures.url("dense-llama")
    try FileManager.default.copyItem(
        at: source.appending(path: "config-\(scaling).json"),
        to: URL(filePath: folder.path("config.json")))
    try FileManager.default.copyItem(
        at: source.appending(path: "model.safetensors"),
        to: URL(filePath: folder.path("model.safetensors")))
    return folder
}

/// The bit patterns of rows of logits: equal only when every bit is.
func bits(_ rows: [[Float]]) -> [[UInt32]] { rows.map { $0.map(\.bitPattern) } }

/// Mean negative log-likelihood of tokens 2 and on under the rows of the tokens before.
func meanNegativeLogLikelihood(_ rows: [[Float]], _ ids: [Int32]) -> Double {
    var total = 0.0
    for (row, next) in zip(rows, ids.dropFirst()) {
        let largest = Double(row.max() ?? 0)
        let sum = row.reduce(0.0) { $0 + exp(Double($1) - largest) }
        total += log(sum) + largest - Double(row[Int(next)])
    }
    return total / Double(ids.count - 1)
}

/// Runs every prompt of `expected` and applies the comparison's rules; returns its counts.
@discardableResult
func compare(_ model: BitNetModel, _ expected: ExpectedLogits) throws -> LogitsComparison {
    var comparison = LogitsComparison(expected.tolerance)
    var likelihood = Double.nan
    for prompt in expected.prompts {
        let run = try ModelRun(model)
        let rows = try run.append(prompt.ids)
        let greedy = try run.greedy(after: rows[rows.count - 1], count: prompt.greedy.count)
        comparison.add(prompt, ComputedPrompt(rows: rows, greedy: greedy))
        if prompt.name == expected.nll.prompt {
            likelihood = meanNegativeLogLikelihood(rows, prompt.ids)
        }
    }
    comparison.finish(nll: likelihood, expected: expected.nll.mean_nll)
    return comparison
}
