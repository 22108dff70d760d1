/// What the projections are made of while training.
public enum TrainingPrecision: String, Sendable, CaseIterable, Codable {
    /// Ternary weights and 8-bit activations in the forward pass, float32 master weights behind.
    case ternary
    /// Float32 throughout: the twin that a ternary model is compared with.
    case full
}
