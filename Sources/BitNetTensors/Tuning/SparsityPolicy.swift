/// Up to which share of needed rows or columns a product leaves the others out.
///
/// Results are the same bits either way; only the speed differs. Scattered reads run at a fraction of
/// the speed of a stream, and a single token's products at a fraction of the speed of a tile: the
/// limits are about these fractions.
public struct SparsityPolicy: Sendable, Equatable {
    /// One token: share of open gates up to which only their rows of the up projection are read.
    public var decodeRows: Double
    /// One token: share of nonzero inputs up to which only their columns of the down projection are
    /// read.
    public var decodeColumns: Double
    /// Several tokens: share of open gates up to which rows are computed for the tokens that need
    /// them.
    public var prefillRows: Double
    /// Several tokens: share of nonzero inputs up to which a token's columns are added one token after
    /// another.
    public var prefillColumns: Double

    /// A policy.
    public init(
        decodeRows: Double, decodeColumns: Double, prefillRows: Double, prefillColumns: Double
    ) {
        self.decodeRows = decodeRows
        self.decodeColumns = decodeColumns
        self.prefillRows = prefillRows
        self.prefillColumns = prefillColumns
    }

    /// What is taken when nothing is measured.
    public static let standard = SparsityPolicy(
        decodeRows: 0.4, decodeColumns: 0.4, prefillRows: 0.4, prefillColumns: 0.2)
    /// Everything is computed.
    public static let never = SparsityPolicy(
        decodeRows: 0, decodeColumns: 0, prefillRows: 0, prefillColumns: 0)
    /// Whatever is zero is left out.
    public static let always = SparsityPolicy(
        decodeRows: 1, decodeColumns: 1, prefillRows: 1, prefillColumns: 1)

    /// The policy that the environment variable `BITNET_SKIP` pins: `never`, `always`, or four numbers
    /// from 0 to 1 in the order of the properties; nil when it is not set.
    ///
    /// Throws when it is set to anything else.
    public static func pinned() throws(KernelError) -> SparsityPolicy? {
        guard let text = SystemCalls.environment("BITNET_SKIP") else { return nil }
        switch text {
        case "": return nil
        case "never": return .never
        case "always": return .always
        default: break
        }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0)
        }
        guard numbers.count == 4, numbers.allSatisfy({ $0 != nil && (0...1).contains($0 ?? -1) })
        else {
            throw KernelError(
                "BITNET_SKIP: expected never, always or four numbers from 0 to 1, found \"\(text)\""
            )
        }
        let shares = numbers.compactMap(\.self)
        return SparsityPolicy(
            decodeRows: shares[0], decodeColumns: shares[1], prefillRows: shares[2],
            prefillColumns: shares[3])
    }

    /// As `BITNET_SKIP` takes it.
    public var description: String {
        [decodeRows, decodeColumns, prefillRows, prefillColumns].map {
            "\((100 * $0).rounded() / 100)"
        }.joined(separator: ",")
    }
}
