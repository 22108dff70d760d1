/// The tensors of a ``ReferenceModel`` and their gradients, by name.
final class ReferenceParameters {
    /// The weights, each as its ``Parameter`` says.
    var weights: [String: [Double]]
    /// The sums of their gradients.
    private(set) var gradients: [String: [Double]]

    init(_ weights: [String: [Double]]) {
        self.weights = weights
        gradients = weights.mapValues { [Double](repeating: 0, count: $0.count) }
    }

    func clearGradients() {
        gradients = weights.mapValues { [Double](repeating: 0, count: $0.count) }
    }

    func values(_ name: String) -> [Double] {
        guard let values = weights[name] else { preconditionFailure("no tensor \(name)") }
        return values
    }

    func matrix(_ name: String, width: Int) -> ReferenceRows {
        ReferenceRows(values(name), width: width)
    }

    func add(_ gradient: [Double], to name: String) {
        guard let sum = gradients[name] else { preconditionFailure("no tensor \(name)") }
        gradients[name] = zip(sum, gradient).map { $0 + $1 }
    }
}
