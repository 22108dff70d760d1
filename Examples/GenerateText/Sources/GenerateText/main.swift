import BitNet
import Foundation

// GenerateText [MODEL [PROMPT]]: continues the prompt; without a model, the one of the package.
let arguments = CommandLine.arguments.dropFirst()
let path = arguments.first ?? BundledModel.name
let prompt = arguments.dropFirst().first ?? "In the beginning"

let model = try await LanguageModel.load(from: path)
show(prompt)
for try await event in model.generate(
    prompt, parameters: GenerationParameters(maximumTokens: 100, temperature: 0.7))
{
    switch event {
    case .promptProgress, .prompt, .tokens: break
    case .text(let text): show(text)
    case .finished(let result):
        let speed = Int(result.statistics.decodeTokensPerSecond)
        show("\n\(result.tokens.count) tokens, \(speed) tokens per second\n")
    }
}

/// Prints at once; `print` waits for a line end.
func show(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
