import BitNetTensors
import BitNetTestSupport

/// The bytes as a mapped file, which is what codecs read from.
func mapped(_ bytes: [UInt8]) throws -> FileRegion {
    let folder = try TemporaryFolder()
    return try MappedFile(path: try folder.write(bytes, to: "tensor")).region
}

/// The bytes that a string of hexadecimal digits stands for.
func bytes(hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// `count` random ternary codes.
func randomCodes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...2, using: &generator) }
}

/// The error that `body` throws, if any.
func codecError(_ body: () throws(TensorCodecError) -> Void) -> TensorCodecError? {
    do throws(TensorCodecError) {
        try body()
        return nil
    } catch {
        return error
    }
}
