internal import BitNetModels
internal import BitNetTensors

/// Angles of the rotary embedding, and those that turn gradients back.
struct RotaryTables {
    let forward: RotaryTable
    let backward: RotaryTable

    init(_ model: ModelConfiguration, positions: Int) throws(TrainingError) {
        let rotary = RotaryEmbedding(
            headDimension: model.headDimension, theta: model.ropeTheta, scaling: model.ropeScaling)
        guard let forward = rotary.emptyTable(positions: positions) else {
            throw TrainingError(.memory, "no memory for the angles of \(positions) positions")
        }
        rotary.fill(forward, 0..<positions)
        let sines = try AlignedBuffer<Float>.allocated(forward.sines.count, "rotary angles")
        sines.assign(forward.sines.values(0..<forward.sines.count).map { -$0 })
        self.forward = forward
        backward = RotaryTable(cosines: forward.cosines, sines: sines, half: forward.half)
    }
}
