/// Why a tensor's bytes could not be decoded, or its values not encoded.
public struct TensorCodecError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// The bytes are fewer or more than the shape needs.
        case wrongSize
        /// The range of values is outside the tensor or does not start and end on a block.
        case wrongRange
        /// The operation does not exist for the encoding.
        case wrongEncoding
        /// A ternary code is not 0, 1 or 2.
        case invalidCode
        /// The blocks of one tensor have different scales.
        case differingScales
        /// A value or scale is not finite, or too large for the encoding.
        case unrepresentable
    }

    /// What kind of failure this is.
    public let code: Code
    /// What was found and what was expected.
    public let message: String

    /// The message.
    public var description: String { message }
}
