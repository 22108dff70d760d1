internal import BitNetModels

/// Makes the parts of a ``ReferenceModel`` from their tensors' names.
struct ReferenceParts {
    let parameters: ReferenceParameters
    /// Nil in full precision.
    let rounding: ReferenceRounding?
    let epsilon: Float

    func norm(_ name: String) -> ReferenceNorm {
        ReferenceNorm(name + ".weight", epsilon: epsilon, parameters)
    }

    func quantizer(_ place: String) -> ReferenceQuantizer {
        ReferenceQuantizer(place: place, rounding: rounding)
    }

    func linear(_ name: String, _ inputs: Int) -> ReferenceLinear {
        ReferenceLinear(name + ".weight", inputs: inputs, parameters, rounding)
    }
}

/// Names of the places where activations become codes; weights do under their tensors' names.
enum CodePlace {
    static func attentionInput(_ layer: Int) -> String { "layer \(layer), attention's input" }
    static func outputInput(_ layer: Int) -> String { "layer \(layer), o_proj's input" }
    static func feedForwardInput(_ layer: Int) -> String { "layer \(layer), feed-forward's input" }
    static func downInput(_ layer: Int) -> String { "layer \(layer), down_proj's input" }
}
