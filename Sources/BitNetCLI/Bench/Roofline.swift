import BitNetModels
import BitNetTensors

/// What the machine can do at most, with the same threads, measured in the same process.
struct Roofline {
    /// Bytes per second read from memory.
    let bandwidth: Double
    /// Int8 multiply-adds per second.
    let multiplyAdds: Double

    /// Measures for half a second or so; the memory it needs is released again.
    static func measure(_ compute: ComputeContext) throws -> Roofline {
        guard let bandwidth = compute.measureReadBandwidth() else {
            throw CommandFailure("--roofline: no memory for 512 MiB to read; leave the option out")
        }
        return Roofline(bandwidth: bandwidth, multiplyAdds: compute.measureMultiplyAddPeak())
    }
}

/// What a row reaches of the bound that applies to it.
struct RooflineUse: Encodable {
    /// The bound: "read_bandwidth" for single tokens, "int8_multiply_adds" for prompts.
    let bound: String
    /// Bytes or multiply-adds per second that the row needs at the measured speed.
    let achieved: Double
    /// Bytes or multiply-adds per second that the machine can do.
    let peak: Double
    /// Achieved as a fraction of the peak.
    let fraction: Double
    /// Bytes that a token needs of weights, head and cache.
    let bytesPerToken: Int
    /// Multiply-adds of the projections for a token, zeros included.
    let multiplyAddsPerToken: Int

    enum CodingKeys: String, CodingKey {
        case bound, achieved, peak, fraction
        case bytesPerToken = "bytes_per_token"
        case multiplyAddsPerToken = "multiply_adds_per_token"
    }

    /// Bytes are weights, head and cache, without the rows and columns that were left out;
    /// multiply-adds are those of the projections, zeros included.
    ///
    /// Nil for rows of both kinds, to which no single bound applies.
    init?(
        _ test: BenchCase, _ roof: Roofline, _ model: BitNetModel,
        _ skipped: (rows: Double, columns: Double), cache: Int, speed: Double
    ) {
        let positions = Double(test.depth) + Double(test.generation + 1) / 2
        let weights = model.bytesPerToken(skipped: skipped)
        bytesPerToken = weights + Int(Double(cache) * positions)
        multiplyAddsPerToken = model.multiplyAddsPerToken
        switch (test.prompt > 0, test.generation > 0) {
        case (true, false):
            bound = "int8_multiply_adds"
            achieved = Double(multiplyAddsPerToken) * speed
            peak = roof.multiplyAdds
        case (false, true):
            bound = "read_bandwidth"
            achieved = Double(bytesPerToken) * speed
            peak = roof.bandwidth
        default: return nil
        }
        fraction = achieved / peak
    }

    /// Two cells of a table: what is reached, and of what.
    var cells: [String] {
        let unit = bound == "read_bandwidth" ? "GB/s" : "GMAC/s"
        let kind = bound == "read_bandwidth" ? "read" : "int8"
        return [
            "\(NumberFormat.fixed(achieved / 1e9, 1)) \(unit)",
            "\(NumberFormat.fixed(100 * fraction, 0)) % of \(NumberFormat.fixed(peak / 1e9, 1)) "
                + "\(unit) \(kind)",
        ]
    }
}
