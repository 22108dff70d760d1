import ArgumentParser
import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTraining

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `-m` of a command that trains a model further.
struct TuningModelOptions: ParsableArguments {
    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp(
            "The model to begin with, with master weights: a bf16 folder, such as a training run's, "
                + "or a GGUF file with F16, BF16 or F32 projections. Left out with --resume.",
            valueName: "path"))
    var path: String?
}

/// Where a fine-tuning run begins: a model, or the newest checkpoint of a run.
struct TuningModel {
    let source: TuningSource
    let start: TrainingRun.Start
    /// The identity of the run that is resumed.
    let identity: TuningIdentity?

    /// Opens the model or the checkpoint.
    ///
    /// `command` is the running one, `sft` or `dpo`.
    init(
        _ path: String?, for command: String, _ runFolder: RunFolderOptions, chatTemplate: String?,
        _ compute: ComputeContext
    ) throws {
        guard let path else {
            self = try Self(resuming: runFolder, for: command)
            return
        }
        guard Self.place(path) != Self.place(runFolder.output) else {
            throw CommandFailure(
                "\(path): the run's folder is the model's own, which would be replaced; choose "
                    + "another one with -o")
        }
        try runFolder.check()
        let checkpoint = try ModelCheckpoint(path: path)
        let masters = try MasterWeights(checkpoint, compute)
        let template = try chatTemplate.map {
            String(decoding: try InputFile.bytes($0), as: UTF8.self)
        }
        source = try Self.source(
            masters.configuration, try TokenizerExport.files(checkpoint),
            endTokens: masters.configuration.endOfText + TokenizerExport.endTokens(checkpoint),
            template, path)
        start = .fresh(masters)
        identity = nil
    }

    private init(resuming runFolder: RunFolderOptions, for command: String) throws {
        let checkpoint = try runFolder.checkpoint()
        let identity = try TuningIdentity(checkpoint)
        let former = identity.settings.objective.command
        guard former == command else {
            throw CommandFailure(
                "\(checkpoint.path): the run was made by `bitnet train \(former)`; resume it with "
                    + "that")
        }
        self.identity = identity
        guard let configuration = try checkpoint.configuration() else {
            throw CommandFailure("\(checkpoint.path): the model's configuration is missing")
        }
        source = try Self.source(
            configuration, TokenizerExport.files(folder: runFolder.folder.path),
            endTokens: configuration.endOfText, nil, runFolder.output)
        start = .checkpoint(checkpoint)
    }

    private static func source(
        _ configuration: ModelConfiguration, _ files: [(name: String, bytes: [UInt8])],
        endTokens: [Int], _ template: String?, _ path: String
    ) throws -> TuningSource {
        guard files.first?.name == "tokenizer.json" else {
            throw CommandFailure(
                "\(path): the model has no tokenizer; expected tokenizer.json in its folder, or a "
                    + "vocabulary in the GGUF file")
        }
        do {
            return try TuningSource(
                configuration, TokenizerFiles(contents: files), endTokens: endTokens,
                chatTemplate: template)
        } catch {
            throw TrainingError(error.code, file: path, error.message)
        }
    }

    /// A path without symbolic links, to compare.
    private static func place(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}

extension TrainingRun {
    /// Model, data and recipe in words.
    func description(_ settings: TuningSettings, data: String) -> String {
        let schedule = settings.recipe.schedule
        return """
            model: \(model.summary)
            data: \(data); \(schedule.steps) steps of at most \(settings.batchTokens) tokens, \
            \(settings.epochs) epochs
            recipe: AdamW, learning rate \(schedule.peak) falling to 0; warm-up \
            \(schedule.warmUpSteps); weight decay \(schedule.weightDecay); gradients clipped at \
            \(settings.recipe.clip); seed \(settings.recipe.seed)
            """
    }
}
