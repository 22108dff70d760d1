import BitNetModels
import BitNetTensors

/// A model, loaded for some number of threads, with what does not change from row to row.
struct BenchSubject {
    let model: BitNetModel
    private let path: String
    private let sizes: CheckpointSizes
    private let roofline: Roofline?
    private let loadSeconds: Double

    /// Loads the model at `path`; the machine is measured before, and its memory given back.
    init(
        _ path: String, threads: Int, head: HeadPrecision, pack: PackChoice,
        withRoofline: Bool
    ) throws {
        let compute = try ComputeContext(threads: threads)
        roofline = withRoofline ? try Roofline.measure(compute) : nil
        self.path = path
        let checkpoint = try ModelCheckpoint(path: path)
        sizes = CheckpointSizes(checkpoint, try checkpoint.configuration())
        ProcessMemory.resetPeak()
        let start = ContinuousClock.now
        let line = ProgressLine("loading")
        model = try ModelLoader.load(checkpoint, compute, head: head, pack: pack) {
            line.update($0)
        }
        line.finish()
        loadSeconds = (ContinuousClock.now - start).seconds
    }

    /// The row of `test` for the seconds that its runs took.
    func result(
        _ test: BenchCase, _ batch: Int, _ format: KeyValueFormat,
        _ measurement: BenchRunner.Measurement
    ) throws -> BenchResult {
        let seconds = measurement.seconds
        let speeds = seconds.map { Double(test.prompt + test.generation) / max($0, 1e-9) }
        let speed = Statistics(speeds)
        let time = Statistics(seconds)
        let position = model.configuration.keyValueLayout(format)?.bytesPerPosition ?? 0
        return BenchResult(
            cpu: Processor.name, kernels: model.compute.kernels.name, model: path,
            modelType: model.configuration.architecture + " "
                + sizes.projectionTypes.prefix(1).joined(),
            modelSize: sizes.bytes, parameters: sizes.parameters,
            threads: model.compute.pool.workers, batch: batch, cacheFormat: format.rawValue,
            prompt: test.prompt, generation: test.generation, depth: test.depth, test: test.name,
            loadSeconds: loadSeconds, peakMemory: ProcessMemory.peakBytes,
            averageNanoseconds: Int(time.mean * 1e9),
            deviationNanoseconds: Int(time.deviation * 1e9), averageSpeed: speed.mean,
            deviation: speed.deviation, nanoseconds: seconds.map { Int($0 * 1e9) }, speeds: speeds,
            roofline: roofline.flatMap {
                RooflineUse(
                    test, $0, model, measurement.zeros, cache: position, speed: speed.mean)
            },
            closedGates: measurement.zeros.gates, zeroInputs: measurement.zeros.inputs,
            profile: measurement.profile?.map {
                stepTime($0.step, $0.seconds, test, measurement, cache: position)
            })
    }

    /// A step's time for each token, and the speed at which it reads where tokens come one by one.
    private func stepTime(
        _ step: StepProfile.Step, _ seconds: Double, _ test: BenchCase,
        _ measurement: BenchRunner.Measurement, cache: Int
    ) -> StepTime {
        let time = seconds / Double(test.prompt + test.generation)
        let positions = Double(test.depth) + Double(test.generation + 1) / 2
        let bytes =
            step == .attention
            ? Int(Double(cache) * positions)
            : model.bytesPerToken(
                of: step, closedGates: measurement.zeros.gates ?? 0,
                zeroInputs: measurement.zeros.inputs ?? 0)
        let isStreamed = test.prompt == 0 && bytes > 0 && time > 0
        return StepTime(
            step: step.name, microseconds: 1e6 * time,
            bytesPerSecond: isStreamed ? Double(bytes) / time : nil)
    }
}
