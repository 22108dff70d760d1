/// One row of a benchmark: a prompt of some tokens, then some tokens one by one, at a depth.
struct BenchCase: Equatable {
    /// Tokens computed together.
    let prompt: Int
    /// Tokens computed one by one.
    let generation: Int
    /// Tokens that are in the cache before.
    let depth: Int

    /// "pp512", "tg128 @ d4096" or "pp512+tg128".
    var name: String {
        let parts = [prompt > 0 ? "pp\(prompt)" : "", generation > 0 ? "tg\(generation)" : ""]
        let test = parts.filter { !$0.isEmpty }.joined(separator: "+")
        return depth > 0 ? "\(test) @ d\(depth)" : test
    }

    /// Positions of the cache that it needs.
    var positions: Int { depth + prompt + generation }

    /// All rows for the lists of options, in llama-bench's order; zero lengths give no row.
    static func all(
        prompts: [Int], generations: [Int], pairs: [PromptAndGeneration], depths: [Int]
    ) -> [BenchCase] {
        depths.flatMap { depth in
            prompts.filter { $0 > 0 }.map { BenchCase(prompt: $0, generation: 0, depth: depth) }
                + generations.filter { $0 > 0 }
                .map { BenchCase(prompt: 0, generation: $0, depth: depth) }
                + pairs.map {
                    BenchCase(prompt: $0.prompt, generation: $0.generation, depth: depth)
                }
        }
    }
}
