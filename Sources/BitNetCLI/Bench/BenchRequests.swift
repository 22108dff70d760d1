import BitNetModels
import BitNetTensors

/// Answers cases from standard input one by one, so that another program can take turns with it.
///
/// The first line says that the model is loaded. Each request, `{"prompt": P, "generation": G,
/// "depth": D}`, is answered with the seconds of one run, behind D tokens that are not timed and
/// that stay in the cache for the next request. Nothing is warmed up.
struct BenchRequests {
    let model: BitNetModel
    let batch: Int
    let format: KeyValueFormat

    private struct Request: Decodable {
        var prompt = 0
        var generation = 0
        var depth = 0

        enum CodingKeys: String, CodingKey { case prompt, generation, depth }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            prompt = try fields.decodeIfPresent(Int.self, forKey: .prompt) ?? 0
            generation = try fields.decodeIfPresent(Int.self, forKey: .generation) ?? 0
            depth = try fields.decodeIfPresent(Int.self, forKey: .depth) ?? 0
        }
    }

    private struct Ready: Encodable {
        var ready = true
        let kernels: String
    }

    private struct Answer: Encodable {
        let seconds: Double
        /// The most bytes resident at once since the model began to load.
        let memory: Int?
    }

    /// Runs until standard input ends; buffers are made for sequences of up to `positions` tokens.
    func serve(positions: Int) throws {
        let runner = try BenchRunner(model, batch: batch, positions: positions, format: format)
        let cache = try model.makeCache(capacity: positions, format: format)
        try StandardStreams.writeOutput(
            JSONLines.line(Ready(kernels: model.compute.kernels.name)))
        var number = 0
        while let line = readLine() {
            number += 1
            let test = try request(line, number, positions)
            let seconds = try runner.time(test, cache)
            let answer = Answer(seconds: seconds, memory: ProcessMemory.peakBytes)
            try StandardStreams.writeOutput(JSONLines.line(answer))
        }
    }

    private func request(_ line: String, _ number: Int, _ positions: Int) throws -> BenchCase {
        let request: Request = try JSONLines.decode(
            Array(line.utf8)[...], number, #"{"prompt": P, "generation": G, "depth": D}"#)
        let parts = [request.prompt, request.generation, request.depth]
        guard parts.allSatisfy({ (0...positions).contains($0) }),
            parts.reduce(0, +) <= positions, request.prompt + request.generation > 0
        else {
            throw CommandFailure(
                "standard input, line \(number): expected 1 to \(positions) tokens in all "
                    + "(--requests), found \(line)")
        }
        return BenchCase(
            prompt: request.prompt, generation: request.generation, depth: request.depth)
    }
}
