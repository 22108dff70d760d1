import BitNetTensors
import BitNetTraining

/// What `bitnet train bench` measured.
struct TrainBenchReport: Encodable {
    let tokens_per_second: Double
    let samples: [Double]
    let multiply_adds_per_token: Double
    let multiply_adds_per_second: Double
    let peak_multiply_adds_per_second: Double
    let fraction_of_peak: Double
    let peak_resident_bytes: Int?
    let parameters: Int
    let threads: Int
    let kernels: String

    init(
        _ samples: [Double], _ subject: TrainBenchSubject, _ settings: PretrainSettings,
        threads: Int?
    ) {
        let model = subject.model
        let parameters = model.weights.layout.parameters
        self.samples = samples
        tokens_per_second = samples.sorted()[samples.count / 2]
        let matrices = parameters.filter(\.isMatrix).reduce(0) { $0 + $1.count }
        // Scores and weighted sums, causal: half of the positions, forward once and backward twice.
        let attention =
            3 * settings.layers * settings.heads * settings.headDimension * settings.length
        multiply_adds_per_token = Double(3 * matrices + attention)
        multiply_adds_per_second = multiply_adds_per_token * tokens_per_second
        peak_multiply_adds_per_second = model.context.floatPeak()
        fraction_of_peak = multiply_adds_per_second / peak_multiply_adds_per_second
        peak_resident_bytes = ProcessMemory.peakBytes
        self.parameters = parameters.reduce(0) { $0 + $1.count }
        self.threads = model.context.compute.pool.workers
        kernels = model.context.compute.kernels.name
    }

    var text: String {
        let spread =
            "\(NumberFormat.fixed(samples.min() ?? 0, 0)) to \(NumberFormat.fixed(samples.max() ?? 0, 0))"
        return """
            \(NumberFormat.fixed(tokens_per_second, 0)) tokens/s (median of \(samples.count), \
            \(spread)), \(NumberFormat.count(parameters)) parameters, \(threads) threads, \(kernels)
            \(NumberFormat.fixed(multiply_adds_per_second / 1e9, 1)) G multiply-adds/s, \
            \(NumberFormat.fixed(100 * fraction_of_peak, 0)) % of the float32 peak of \
            \(NumberFormat.fixed(peak_multiply_adds_per_second / 1e9, 0)) G
            \(peak_resident_bytes.map(NumberFormat.bytes) ?? "unknown") resident at most

            """
    }
}
