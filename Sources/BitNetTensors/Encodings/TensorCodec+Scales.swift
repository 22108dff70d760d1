internal import CBitNetKernels

extension TensorCodec {
    /// The one scale of a ternary tensor of `totalValueCount` values.
    ///
    /// I2_S stores it behind the data. TQ1_0 and TQ2_0 store one in every block; they must all be
    /// equal, except that a block of only zeros may carry the scale 0. Reads every block of these.
    public static func ternaryScale(
        _ region: FileRegion, _ encoding: TensorEncoding, totalValueCount: Int
    ) throws(TensorCodecError) -> Float {
        try checkTernary(region, encoding, totalValueCount)
        let scale =
            encoding == .i2_s
            ? storedScale(region, at: totalValueCount / 4)
            : try uniformBlockScale(region, encoding, totalValueCount / encoding.valuesPerBlock)
        guard scale.isFinite else {
            throw TensorCodecError(
                code: .unrepresentable, message: "the tensor's scale is \(scale), not a number")
        }
        return scale
    }

    /// Decodes a ternary tensor to floats: code - 1 times the tensor's or the block's scale.
    static func decodeTernaryFloats(
        _ region: FileRegion, _ encoding: TensorEncoding, valueRange: Range<Int>,
        into values: inout [Float]
    ) throws(TensorCodecError) {
        let tail = encoding == .i2_s ? TensorEncoding.i2_sTailSize : 0
        let block = encoding.valuesPerBlock
        let total = max(0, region.count - tail) / encoding.bytesPerBlock * block
        var codes: [UInt8] = []
        try decodeTernaryCodes(
            region, encoding, totalValueCount: total, valueRange: valueRange, into: &codes)
        resize(&values, to: codes.count, filler: 0)
        for start in stride(from: 0, to: codes.count, by: block) {
            let scale =
                encoding == .i2_s
                ? storedScale(region, at: total / 4)
                : blockScale(region, encoding, (valueRange.lowerBound + start) / block)
            for index in start..<start + block {
                values[index] = Float(Int(codes[index]) - 1) * scale
            }
        }
    }

    private static func storedScale(_ region: FileRegion, at offset: Int) -> Float {
        Float(bitPattern: region.load(UInt32.self, at: offset) ?? 0)
    }

    private static func blockScaleBits(
        _ region: FileRegion, _ encoding: TensorEncoding, _ block: Int
    ) -> UInt16 {
        let end = (block + 1) * encoding.bytesPerBlock
        return region.load(UInt16.self, at: end - MemoryLayout<UInt16>.size) ?? 0
    }

    private static func blockScale(
        _ region: FileRegion, _ encoding: TensorEncoding, _ block: Int
    ) -> Float {
        HalfPrecision.float(blockScaleBits(region, encoding, block))
    }

    private static func uniformBlockScale(
        _ region: FileRegion, _ encoding: TensorEncoding, _ blockCount: Int
    ) throws(TensorCodecError) -> Float {
        var scale: UInt16 = 0
        for block in 0..<blockCount {
            let found = blockScaleBits(region, encoding, block)
            if found == scale { continue }
            if scale == 0 {
                try requireZeroBlocks(region, encoding, before: block)
                scale = found
            } else if found != 0 || !blockIsZero(region, encoding, block) {
                throw differingScales(encoding, block, scale, found)
            }
        }
        return HalfPrecision.float(scale)
    }

    /// Refuses blocks of scale 0 before `block` that hold anything but zeros.
    private static func requireZeroBlocks(
        _ region: FileRegion, _ encoding: TensorEncoding, before block: Int
    ) throws(TensorCodecError) {
        for earlier in 0..<block where !blockIsZero(region, encoding, earlier) {
            throw differingScales(encoding, block, 0, blockScaleBits(region, encoding, block))
        }
    }

    private static func blockIsZero(
        _ region: FileRegion, _ encoding: TensorEncoding, _ block: Int
    ) -> Bool {
        let size = encoding.bytesPerBlock
        var codes = [UInt8](repeating: 0, count: encoding.valuesPerBlock)
        guard let part = region.subregion(block * size..<(block + 1) * size),
            decodeCodes(part, encoding, blockCount: 1, into: &codes)
        else { return false }
        return codes.allSatisfy { $0 == 1 }
    }

    private static func differingScales(
        _ encoding: TensorEncoding, _ block: Int, _ expected: UInt16, _ found: UInt16
    ) -> TensorCodecError {
        TensorCodecError(
            code: .differingScales,
            message:
                "expected one scale for the whole \(encoding.rawValue) tensor, found differing "
                + "block scales: \(HalfPrecision.float(found)) in block \(block), "
                + "\(HalfPrecision.float(expected)) before")
    }
}
