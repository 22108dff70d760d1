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
                StepTime(
                    step: $0.step.name,
                    microseconds: 1e6 * $0.seconds / Double(test.prompt + test.generation))
            })
    }
}
