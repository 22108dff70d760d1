/// Builds GGUF files field by field, so that any field can be wrong.
struct GGUFBytes {
    struct Tensor {
        var name = "t"
        var dimensions: [UInt64] = [8]
        var rank: UInt32?
        var type: UInt32 = 0
        var offset: UInt64 = 0
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var pairCount: UInt64?
    var pairs: [[UInt8]] = []
    var tensors: [Tensor] = []
    var dataSize = 0
    var alignment = 32

    /// A string with its length.
    static func string(_ text: String) -> [UInt8] {
        littleEndian(UInt64(text.utf8.count)) + text.utf8
    }

    /// A metadata pair of the given type number and bytes.
    static func pair(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
        string(key) + littleEndian(type) + value
    }

    /// The file's bytes.
    var bytes: [UInt8] {
        var bytes = magic + littleEndian(version)
        bytes += littleEndian(tensorCount ?? UInt64(tensors.count))
        bytes += littleEndian(pairCount ?? UInt64(pairs.count))
        bytes += pairs.flatMap { $0 }
        for tensor in tensors {
            bytes += Self.string(tensor.name)
            bytes += littleEndian(tensor.rank ?? UInt32(tensor.dimensions.count))
            bytes += tensor.dimensions.flatMap { littleEndian($0) }
            bytes += littleEndian(tensor.type) + littleEndian(tensor.offset)
        }
        let padding = (alignment - bytes.count % alignment) % alignment
        return bytes + [UInt8](repeating: 0, count: padding + dataSize)
    }
}
