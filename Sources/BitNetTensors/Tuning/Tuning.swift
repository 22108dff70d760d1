/// What was chosen for this machine: a variant of each product, and when zeros are left out.
///
/// A tuning changes the speed and not one bit of a result.
public struct Tuning: Sendable, Equatable {
    private var variants: [TuningVariant]  // by TunedProduct.rawValue
    /// When products leave zeros out.
    public var skipping: SparsityPolicy

    /// What is taken where nothing is measured: the first candidates of the best of `sets`.
    public init(sets: [KernelSet]) {
        precondition(!sets.isEmpty, "no set of kernels")
        variants = TunedProduct.allCases.map { $0.variants(of: sets)[0] }
        skipping = .standard
    }

    /// The variant of a product.
    public subscript(product: TunedProduct) -> TuningVariant {
        get { variants[product.rawValue] }
        set { variants[product.rawValue] = newValue }
    }

    /// As `BITNET_TUNE` takes it.
    public var description: String {
        TunedProduct.allCases.map { "\($0.name)=\(self[$0].name(of: $0))" }.joined(separator: ",")
    }
}

/// What the environment says about a tuning, which then is not measured.
public struct TuningPins: Sendable {
    /// Variants that `BITNET_TUNE` names.
    public internal(set) var variants: [TunedProduct: TuningVariant] = [:]
    /// What `BITNET_SKIP` says.
    public internal(set) var skipping: SparsityPolicy?
    /// Whether what is not pinned is measured; `BITNET_TUNE=off` takes what needs no measurement.
    public internal(set) var isMeasured = true

    /// Nothing is pinned.
    public init(skipping: SparsityPolicy? = nil) { self.skipping = skipping }

    /// What `BITNET_TUNE` and `BITNET_SKIP` say: `BITNET_TUNE` is `off`, or a comma list such as
    /// `rows=avx2:16384:2:1,tiles=avx512vnni` of products and variants as `bitnet inspect --cpu`
    /// prints them.
    ///
    /// Throws where a name is unknown or a set of kernels can't run here.
    static func ofEnvironment() throws(KernelError) -> TuningPins {
        var pins = TuningPins(skipping: try SparsityPolicy.pinned())
        guard let text = SystemCalls.environment("BITNET_TUNE"), !text.isEmpty else { return pins }
        guard text != "off" else {
            pins.isMeasured = false
            return pins
        }
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let product = TunedProduct(name: parts[0]),
                let variant = TuningVariant(name: parts[1], of: product)
            else {
                let names = TunedProduct.allCases.map(\.name).joined(separator: ", ")
                throw KernelError(
                    "BITNET_TUNE: expected off, or PRODUCT=VARIANT with one of \(names) and a "
                        + "variant that `bitnet inspect --cpu` lists, found \"\(item)\"")
            }
            pins.variants[product] = variant
        }
        return pins
    }

    /// `tuning` with what is pinned.
    func applied(to tuning: Tuning) -> Tuning {
        var tuning = tuning
        for (product, variant) in variants { tuning[product] = variant }
        if let skipping { tuning.skipping = skipping }
        return tuning
    }
}
