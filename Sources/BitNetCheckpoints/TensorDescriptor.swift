public import BitNetTensors

/// A named tensor of a checkpoint: its shape, how it is stored, and where.
public struct TensorDescriptor: Sendable {
    /// The name in the file.
    public let name: String
    /// The dimensions, outermost first.
    ///
    /// A matrix has `[rows, columns]`, a scalar none.
    public let shape: [Int]
    /// The type as the file names it, for example "I2_S", "BF16" or "Q4_K".
    public let typeName: String
    /// How the values are stored; nil when the type is known by name only and cannot be read.
    public let encoding: TensorEncoding?
    /// The tensor's bytes, exactly as many as shape and type need.
    ///
    /// For a type of unknown size it reaches to the next tensor or the end of the file.
    public let region: FileRegion
    /// The number of values: the product of the dimensions, checked when the file was opened.
    public let elementCount: Int

    package init(
        name: String, shape: [Int], typeName: String, encoding: TensorEncoding?,
        region: FileRegion, elementCount: Int
    ) {
        self.name = name
        self.shape = shape
        self.typeName = typeName
        self.encoding = encoding
        self.region = region
        self.elementCount = elementCount
    }

    /// The product of `shape`, or nil when it overflows or a dimension is negative.
    static func elementCount(of shape: [Int]) -> Int? {
        var count = 1
        for dimension in shape {
            let product = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !product.overflow else { return nil }
            count = product.partialValue
        }
        return count
    }
}
