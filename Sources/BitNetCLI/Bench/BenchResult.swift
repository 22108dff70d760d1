/// A row of a benchmark, with llama-bench's names where it has them.
struct BenchResult: Encodable {
    let cpu: String
    let kernels: String
    let model: String
    let modelType: String
    /// Bytes of all tensors in the files.
    let modelSize: Int
    let parameters: Int
    let threads: Int
    let batch: Int
    let cacheFormat: String
    let prompt: Int
    let generation: Int
    let depth: Int
    let test: String
    /// Seconds that loading the model took.
    let loadSeconds: Double
    /// The most bytes resident at once since the model was loaded, loading included.
    let peakMemory: Int?
    let averageNanoseconds: Int
    let deviationNanoseconds: Int
    /// Mean and standard deviation of the repetitions' tokens per second.
    let averageSpeed: Double
    let deviation: Double
    let nanoseconds: [Int]
    let speeds: [Double]
    let roofline: RooflineUse?
    /// The share of gates at or below zero; nil without relu².
    let closedGates: Double?
    /// The share of zeros among the quantised inputs of the down projections; nil without relu².
    let zeroInputs: Double?
    let profile: [StepTime]?

    enum CodingKeys: String, CodingKey {
        case kernels, profile, roofline, test
        case cpu = "cpu_info"
        case model = "model_filename"
        case modelType = "model_type"
        case modelSize = "model_size"
        case parameters = "model_n_params"
        case threads = "n_threads"
        case batch = "n_batch"
        case cacheFormat = "type_kv"
        case prompt = "n_prompt"
        case generation = "n_gen"
        case depth = "n_depth"
        case loadSeconds = "load_seconds"
        case peakMemory = "peak_memory"
        case averageNanoseconds = "avg_ns"
        case deviationNanoseconds = "stddev_ns"
        case closedGates = "closed_gates"
        case zeroInputs = "zero_inputs"
        case averageSpeed = "avg_ts"
        case deviation = "stddev_ts"
        case nanoseconds = "samples_ns"
        case speeds = "samples_ts"
    }
}

/// The time of one kind of step for each token of a row.
struct StepTime: Encodable {
    let step: String
    let microseconds: Double
    /// Bytes of weights, or of the cache, that single tokens read a second; nil for prompts and for
    /// steps that read neither.
    let bytesPerSecond: Double?

    enum CodingKeys: String, CodingKey {
        case step, microseconds
        case bytesPerSecond = "bytes_per_second"
    }
}

/// Mean and deviation of a few measurements.
struct Statistics {
    let mean: Double
    /// The standard deviation of the sample; 0 for a single value.
    let deviation: Double

    init(_ values: [Double]) {
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
    }
}
