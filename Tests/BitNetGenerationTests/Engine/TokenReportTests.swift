import BitNetGeneration
import BitNetTokenizers
import Foundation
import Testing

@Suite("Reports of tokens and their probabilities")
struct TokenReportTests {
    @Test("The prompt's and the text's log-probabilities are those of the logits")
    func reportsAgreeWithLogits() async throws {
        let model = try await LanguageModel.load(from: "kjv-tiny")
        let prompt = model.encode("In the beginning God created the heaven and the earth.")
        let request = GenerationRequest(
            prompt: prompt, parameters: .likeliest(4), alternatives: 3, reportsPrompt: true)
        var prompts: [TokenReport] = []
        var generated: [TokenReport] = []
        var tokens: [TokenID] = []
        for try await event in model.generate(request) {
            switch event {
            case .prompt(let reports): prompts += reports
            case .tokens(let reports): generated += reports
            case .finished(let result): tokens = result.tokens
            case .promptProgress, .text: break
            }
        }
        #expect(prompts.map(\.token) == prompt)
        #expect(generated.map(\.token) == tokens)
        let all = prompt + tokens
        let logits = try await model.logits(for: all)
        for (index, report) in (prompts + generated).enumerated().dropFirst() {
            let row = logits[index - 1].map(Double.init)
            let greatest = try #require(row.max())
            let total = greatest + log(row.reduce(0) { $0 + exp($1 - greatest) })
            let found = try Double(#require(report.logProbability))
            #expect(abs(found - (row[Int(all[index])] - total)) < 1e-4)
            let best = row.indices.sorted { (row[$0], $1) > (row[$1], $0) }.prefix(3)
            #expect(report.alternatives.map(\.token) == best.map(Int32.init))
        }
        #expect(prompts.first?.logProbability == nil)
    }
}
