extension TensorCodec {
    /// What an encoding loses of some values.
    package struct RoundingLoss: Sendable {
        /// How many values are not the same when decoded.
        package var changedCount = 0
        /// The greatest difference of a value and what it is decoded as.
        package var greatestDifference: Float = 0

        /// Nothing lost.
        package init() {}
    }

    /// Encodes `values` as `encodeFloats` does, and adds to `loss` what that changed.
    package static func encodeFloats(
        _ values: [Float], _ encoding: TensorEncoding, loss: inout RoundingLoss
    ) throws(TensorCodecError) -> [UInt8] {
        let bytes = try encodeFloats(values, encoding)
        var decoded = [Float](repeating: 0, count: values.count)
        bytes.withUnsafeBytes { bytes in
            decoded.withUnsafeMutableBufferPointer { target in
                guard let bytes = bytes.baseAddress, let target = target.baseAddress else { return }
                decode(
                    bytes, encoding, blockCount: values.count / encoding.valuesPerBlock,
                    into: target)
            }
        }
        for (value, stored) in zip(values, decoded) where value != stored {
            loss.changedCount += 1
            loss.greatestDifference = max(loss.greatestDifference, (value - stored).magnitude)
        }
        return bytes
    }
}
