// Trains a small ternary model on a text and lets it speak: TrainModel TEXT FOLDER [STEPS]
import BitNet

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { fatalError("usage: TrainModel TEXT FOLDER [STEPS]") }
let (text, folder) = (arguments[1], arguments[2])

let compute = try ComputeContext()
let corpus = try TextCorpus(paths: [text])
_ = try DatasetPreparation(
    corpus: corpus, tokenizer: .trained(TokenizerTrainer(vocabularySize: 1024))
).write(to: folder + ".data", pool: compute.pool)
let data = try TokenDataset(path: folder + ".data")

let dial = PretrainDial(
    depth: 2, tokens: data.tokenCount, vocabularySize: data.vocabularySize)
var settings = dial.settings(name: "example", precision: .ternary)
settings.schedule = PretrainDial.schedule(
    steps: arguments.count > 3 ? Int(arguments[3]) ?? 300 : 300, peak: 6e-3)
let run = try TrainingRun(
    PretrainTask(settings, data), RunFolder(folder), start: .fresh(nil), compute)
_ = try run.run { event in
    if case .evaluation(let record) = event {
        print("step \(record.step): held-out perplexity \(record.perplexity)")
    }
}

let model = try await LanguageModel.load(from: folder)
for try await event in model.generate("And ") {
    if case .text(let text) = event { print(text, terminator: "") }
}
print()
