import BitNetCheckpoints
import BitNetModels
import BitNetTensors

/// What a checkpoint is, told from its headers.
struct ModelReport: Encodable {
    let format: String
    let architecture: String
    /// Why the model can't be run; nil when nothing in its headers speaks against it.
    let refusal: String?
    let shape: Shape?
    let tensorCount: Int
    let projectionTypes: [String]
    let parameters: Parameters
    let bytes: Bytes
    /// What the weights take in memory in each packing; nil when none are ternary.
    let packings: [Packing]?
    private let cachePositions: Int

    enum CodingKeys: String, CodingKey {
        case format, architecture, refusal, shape, parameters, bytes, packings
        case tensorCount = "tensors"
        case projectionTypes = "projection_types"
    }

    /// `context` is the number of positions that the cache is reckoned for; nil for the model's own.
    init(_ checkpoint: ModelCheckpoint, context: Int?, cacheFormat: KeyValueFormat) {
        var configuration: ModelConfiguration?
        var refusal: String?
        do throws(ModelError) {
            configuration = try checkpoint.configuration()
        } catch {
            refusal = error.message
        }
        let sizes = CheckpointSizes(checkpoint, configuration)
        if refusal == nil, checkpoint.tensors.isEmpty {
            refusal = "the file holds a vocabulary only, no weights"
        }
        self.refusal = refusal
        format = Self.format(checkpoint)
        architecture = configuration?.architecture ?? Self.architecture(checkpoint)
        shape = configuration.map { Shape($0) }
        tensorCount = checkpoint.tensors.count
        projectionTypes = sizes.projectionTypes
        let positions = context ?? configuration?.contextLength ?? 0
        cachePositions = positions
        parameters = Parameters(
            total: sizes.parameters, ternary: sizes.ternary.parameters,
            fullPrecision: sizes.dense.parameters, embedding: sizes.embedding.parameters,
            head: sizes.head.parameters, other: sizes.other.parameters)
        packings = Self.packings(sizes, configuration)
        bytes = Bytes(
            files: sizes.bytes, body: sizes.ternary.bytes + sizes.dense.bytes,
            embedding: sizes.embedding.bytes, head: sizes.head.bytes, other: sizes.other.bytes,
            keyValueCache: configuration.flatMap {
                Self.cacheSize($0, positions: positions, cacheFormat)
            })
    }

    /// The packings with what the loader counts: ternary weights and a quantised head.
    private static func packings(
        _ sizes: CheckpointSizes, _ configuration: ModelConfiguration?
    ) -> [Packing]? {
        guard let configuration, sizes.ternary.parameters > 0 else { return nil }
        let stored = sizes.head.bytes > 0 ? sizes.head.bytes : sizes.embedding.bytes
        let head = HeadPrecision.automatic.bits(
            storedBytes: stored, columns: configuration.hiddenSize
        ).map {
            QuantizedHead.byteCount(
                rows: configuration.vocabularySize, columns: configuration.hiddenSize, bits: $0)
        }
        let fit = PackingFit()
        return TernaryPacking.allCases.map {
            let bytes = (sizes.packed[$0] ?? 0) + (head ?? 0)
            return Packing(
                packing: $0.rawValue, bytes: bytes, fits: fit.isPossible(bytes),
                isComfortable: fit.isComfortable(bytes))
        }
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        var lines = [
            ReportLine("format", "\(format), \(tensorCount) tensors"),
            ReportLine("architecture", architecture),
        ]
        if let refusal { lines.append(ReportLine("cannot be run", refusal)) }
        if let shape, refusal == nil {
            lines.append(ReportLine("runs as", "\(shape.family) with \(shape.activation)"))
        }
        if let shape { lines.append(ReportLine("shape", shape.text)) }
        guard tensorCount > 0 else { return lines }
        return lines + sizeLines
    }

    private var sizeLines: [ReportLine] {
        let parts = [
            ("ternary", parameters.ternary), ("full precision", parameters.fullPrecision),
            ("embedding", parameters.embedding), ("head", parameters.head),
            ("other", parameters.other),
        ].filter { $0.1 > 0 }.map { "\($0) \(NumberFormat.count($1))" }
        let types = projectionTypes.joined(separator: ", ")
        let body = NumberFormat.bytes(bytes.body) + (types.isEmpty ? "" : " in \(types)")
        let tied = shape?.tiedEmbeddings == true || bytes.head == 0
        var lines = [
            ReportLine(
                "parameters",
                "\(NumberFormat.count(parameters.total)): \(parts.joined(separator: ", "))"),
            ReportLine("body", body),
            ReportLine("embedding", NumberFormat.bytes(bytes.embedding)),
            ReportLine("head", tied ? "the embedding (tied)" : NumberFormat.bytes(bytes.head)),
            ReportLine("other tensors", NumberFormat.bytes(bytes.other)),
        ]
        if let packings, refusal == nil {
            lines.append(
                ReportLine("in memory", packings.map(\.text).joined(separator: ", ")))
        }
        if let cache = bytes.keyValueCache {
            lines.append(
                ReportLine(
                    "KV cache", "\(NumberFormat.bytes(cache)) for \(cachePositions) positions"))
        }
        return lines
    }

    private static func format(_ checkpoint: ModelCheckpoint) -> String {
        switch checkpoint {
        case .gguf(let file): "GGUF version \(file.version)"
        case .huggingFace: "Hugging Face safetensors"
        }
    }

    /// The architecture's name where the configuration can't be read.
    private static func architecture(_ checkpoint: ModelCheckpoint) -> String {
        switch checkpoint {
        case .gguf(let file):
            (try? file.metadata.string("general.architecture")) ?? "unnamed"
        case .huggingFace(_, let configuration):
            HuggingFaceNames(configuration)?.architecture ?? "unnamed"
        }
    }

    private static func cacheSize(
        _ configuration: ModelConfiguration, positions: Int, _ format: KeyValueFormat
    ) -> Int? {
        let size = configuration.keyValueLayout(format)?.bytesPerPosition
            .multipliedReportingOverflow(by: positions)
        return size.flatMap { $0.overflow ? nil : $0.partialValue }
    }
}
