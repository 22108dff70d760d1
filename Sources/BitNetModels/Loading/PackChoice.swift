public import BitNetTensors

/// How ternary weights are to be packed in memory.
public enum PackChoice: String, Sendable, CaseIterable {
    /// Two bits a weight, or base 3 where two bits do not fit into memory.
    case automatic = "auto"
    /// Two bits a weight.
    case twoBit = "2bit"
    /// Five weights in a byte.
    case base3
}

/// Which packing fits into the memory that is available.
public struct PackingFit: Sendable {
    /// Bytes that can be had without swapping; nil when the system does not tell.
    public let available: Int?

    /// What a model's weights may take of the available memory, in percent, when another packing
    /// takes less: keys and values, activations and other programs need some too.
    public static let comfortablePercent = 90

    /// A fit into `available` bytes.
    public init(available: Int? = ProcessMemory.availableBytes) { self.available = available }

    /// Whether `bytes` leave a tenth of the available memory to others.
    public func isComfortable(_ bytes: Int) -> Bool {
        guard let available else { return true }
        return bytes <= available / 100 * Self.comfortablePercent
    }

    /// Whether `bytes` can be had at all.
    public func isPossible(_ bytes: Int) -> Bool { bytes <= available ?? .max }

    /// The packing of a model whose weights take `bytes` in each; nil when none fits at all.
    ///
    /// Of those that are comfortable, `automatic` takes `preferred`: what was measured to be faster.
    func packing(
        _ choice: PackChoice, preferred: TernaryPacking = .twoBit, bytes: (TernaryPacking) -> Int
    ) -> TernaryPacking? {
        let candidates: [TernaryPacking] =
            switch choice {
            case .automatic: [preferred] + TernaryPacking.allCases.filter { $0 != preferred }
            case .twoBit: [.twoBit]
            case .base3: [.base3]
            }
        if let first = candidates.first(where: { isComfortable(bytes($0)) }) { return first }
        let smallest = candidates.min { bytes($0) < bytes($1) }
        return smallest.flatMap { isPossible(bytes($0)) ? $0 : nil }
    }
}

extension PackingFit {
    /// Why no packing that `choice` allows fits, with what each takes.
    func refusal(
        _ choice: PackChoice, file: String, bytes: (TernaryPacking) -> Int
    ) -> ModelError {
        let inBase3 = bytes(.base3)
        let found = "\(bytes(.twoBit)) bytes at two bits, \(inBase3) in base 3"
        let free = available ?? 0
        let advice =
            choice == .twoBit && inBase3 <= free
            ? "ask for base 3 (--pack base3)" : "free memory, or use a smaller model"
        return ModelError(
            .outOfMemory, file: file,
            "weights in memory take \(found); expected at most the \(free) bytes that are "
                + "available; \(advice)")
    }
}
