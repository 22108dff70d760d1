import ArgumentParser
import BitNetModels
import BitNetTensors
import Foundation

struct LogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits", abstract: "Compute the logits of given token ids.")
    @Option(name: .shortAndLong) var model: String
    @Option var input: String
    @Option var output: String
    @Option(name: .shortAndLong) var threads: Int?
    @Option(name: .shortAndLong) var batch = 128

    struct Input: Decodable { var prompts: [Prompt] }
    struct Prompt: Codable { var ids: [Int32]; var positions: [Int]?; var logits: [[Float]]?; var greedy: [Int32]? }

    func run() throws {
        let input = try JSONDecoder().decode(Input.self, from: Data(contentsOf: URL(filePath: input)))
        let model = try BitNetModel.load(path: model, compute: ComputeContext(threads: threads))
        var out: [Prompt] = []
        let workspace = try Workspace(model, tokens: batch, positions: 512)
        for prompt in input.prompts {
            let cache = try model.makeCache(capacity: 512, format: .float32)
            var rows: [[Float]] = []
            for start in stride(from: 0, to: prompt.ids.count, by: batch) {
                try model.forward([SequenceChunk(cache: cache, tokens: Array(prompt.ids[start..<min(start+batch, prompt.ids.count)]), outputs: .all)], workspace) { rows.append($0.logits) }
            }
            var greedy: [Int32] = []
            var last = rows.last!
            while greedy.count < 24 {
                let best = Int32(last.indices.max { last[$0] < last[$1] }!)
                greedy.append(best)
                try model.forward([SequenceChunk(cache: cache, tokens: [best], outputs: .last)], workspace) { last = $0.logits }
            }
            out.append(Prompt(ids: prompt.ids, logits: (prompt.positions ?? Array(rows.indices)).map { rows[$0] }, greedy: greedy))
        }
        try JSONEncoder().encode(["prompts": out]).write(to: URL(filePath: output))
    }
}
