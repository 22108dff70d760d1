import BitNetCheckpoints
import BitNetGeneration
import BitNetModels
import BitNetTensors

/// Everything that `bitnet inspect` tells.
struct InspectReport: Encodable {
    var path: String?
    var model: ModelReport?
    var tokenizer: TokenizerReport?
    /// Why there is no tokenizer.
    var tokenizerError: String?
    var load: LoadReport?
    var tensors: [TensorReport]?
    var cpu: ProcessorReport?

    enum CodingKeys: String, CodingKey {
        case path, model, tokenizer, load, tensors, cpu
        case tokenizerError = "tokenizer_error"
    }

    /// Adds what is at `path`: a checkpoint, or at least a tokenizer.
    ///
    /// Returns the checkpoint, nil for a tokenizer alone.
    mutating func add(
        _ path: String, context: Int?, cacheFormat: KeyValueFormat
    ) throws -> ModelCheckpoint? {
        self.path = path
        do {
            tokenizer = TokenizerReport(try TokenizerLoader.load(path: path))
        } catch {
            tokenizerError = "\(error)"
        }
        do {
            let checkpoint = try ModelCheckpoint(path: path)
            model = ModelReport(checkpoint, context: context, cacheFormat: cacheFormat)
            return checkpoint
        } catch {
            guard tokenizer != nil else { throw error }
            return nil
        }
    }

    /// All parts as text.
    var text: String {
        var lines = path.map { [ReportLine("path", $0)] } ?? []
        if path != nil, model == nil {
            lines.append(ReportLine("format", "tokenizer without weights"))
        }
        lines += model?.lines ?? []
        lines += tokenizer?.lines ?? []
        if let tokenizerError { lines.append(ReportLine("no tokenizer", tokenizerError)) }
        lines += load?.lines ?? []
        lines += cpu?.lines ?? []
        let list = tensors.map { "\n" + TensorReport.text($0) } ?? ""
        return ReportLine.text(lines) + list
    }
}
