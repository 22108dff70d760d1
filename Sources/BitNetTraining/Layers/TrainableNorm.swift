internal import BitNetTensors

/// A root-mean-square norm and the place of its weights' gradient.
struct TrainableNorm {
    let norm: RMSNorm
    let offset: Int

    init(_ name: String, _ weights: ParameterSet, epsilon: Float) {
        norm = weights.norm(name, epsilon: epsilon)
        offset = weights.layout.expected(name).offset
    }

    var pair: (RMSNorm, gradient: Int) { (norm, offset) }
}
