/// Up to which share of needed rows or columns a product leaves the others out.
///
/// Results are the same bits either way; only the speed differs. Reading less is worth more the
/// slower memory is, computing less is worth more the more tokens share a pass.
public struct SparsityPolicy: Sendable, Equatable {
    /// One token: share of open gates up to which only their rows of the up projection are read.
    public var decodeRows: Double
    /// Several tokens: the same, where rows are computed for the tokens that need them.
    public var prefillRows: Double
    /// Several tokens: share of nonzero inputs up to which a token's columns of the down projection
    /// are added one token after another. (For one token they always are.)
    public var prefillColumns: Double

    /// A policy.
    public init(decodeRows: Double, prefillRows: Double, prefillColumns: Double) {
        self.decodeRows = decodeRows
        self.prefillRows = prefillRows
        self.prefillColumns = prefillColumns
    }

    /// What measurements on two processors (AMD Zen 4 and Zen 5) suggest.
    public static let standard = SparsityPolicy(
        decodeRows: 0.8, prefillRows: 0.4, prefillColumns: 0.3)
    /// Everything is computed.
    public static let never = SparsityPolicy(decodeRows: 0, prefillRows: 0, prefillColumns: 0)
    /// Whatever is zero is left out.
    public static let always = SparsityPolicy(decodeRows: 1, prefillRows: 1, prefillColumns: 1)
}
