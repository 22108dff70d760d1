import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport

/// Opens many damaged copies of a checkpoint and reads all of whatever opens.
struct MutationRun {
    /// The copies that were refused, and those that opened.
    private(set) var refused = 0
    private(set) var opened = 0
    /// The most that one copy added to the resident memory; 0 where it cannot be measured.
    private(set) var largestGrowth = 0
    /// The bytes of the whole checkpoint.
    private(set) var size = 0

    private static let chunk = 1 << 14

    /// Damages the files `names` of the fixture folder in turn, `count` times; `names` are opened
    /// as a folder when `opensFolder`.
    init(folder: String, names: [String], opensFolder: Bool, count: Int) throws {
        let copy = try TemporaryFolder()
        var originals: [[UInt8]] = []
        for name in names {
            originals.append(try contents(Fixtures.path(folder + "/" + name)))
            try copy.write(originals[originals.count - 1], to: name)
        }
        size = originals.reduce(0) { $0 + $1.count }
        let path = opensFolder ? copy.path : copy.path(names[0])
        try readAll(path)
        var generator = SeededGenerator(seed: 1958)
        for index in 0..<count {
            let target = index % names.count
            let mutation = Mutation.allCases[index / names.count % Mutation.allCases.count]
            let header = Self.headerSize(names[target], originals[target])
            let damaged = mutation.apply(
                to: originals[target], headerSize: header, using: &generator)
            try copy.write(damaged, to: names[target])
            measure(path)
            try copy.write(originals[target], to: names[target])
        }
    }

    /// The part of a file that is worth damaging: everything before the tensors' bytes.
    private static func headerSize(_ name: String, _ bytes: [UInt8]) -> Int {
        if name.hasSuffix(".json") { return bytes.count }
        if name.hasSuffix(".gguf") { return bytes.count / 20 }
        return 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    }

    private mutating func measure(_ path: String) {
        ResidentMemory.resetPeak()
        let before = ResidentMemory.current()
        do {
            try readAll(path)
            opened += 1
        } catch {
            refused += 1
        }
        if let before, let peak = ResidentMemory.peak() {
            largestGrowth = max(largestGrowth, peak - before)
        }
    }

    /// Opens the checkpoint and decodes every tensor, chunk by chunk.
    private func readAll(_ path: String) throws(CheckpointError) {
        for tensor in try OpenCheckpoint.tensors(path) {
            guard let encoding = tensor.encoding else { continue }
            decode(tensor, encoding)
            if encoding.isTernary {
                _ = try? TensorCodec.ternaryScale(
                    tensor.region, encoding, totalValueCount: tensor.elementCount)
            }
            if encoding == .uint8, tensor.shape.count == 2 {
                unpack(tensor)
            }
        }
    }

    private func decode(_ tensor: TensorDescriptor, _ encoding: TensorEncoding) {
        var floats: [Float] = []
        for start in stride(from: 0, to: tensor.elementCount, by: Self.chunk) {
            let range = start..<min(start + Self.chunk, tensor.elementCount)
            try? TensorCodec.decodeFloats(tensor.region, encoding, valueRange: range, into: &floats)
        }
    }

    private func unpack(_ tensor: TensorDescriptor) {
        var codes: [UInt8] = []
        let rows = 4 * tensor.shape[0]
        for row in 0..<rows {
            try? TensorCodec.decodePackedTernaryRow(
                tensor.region, rows: rows, columns: tensor.shape[1], row: row, into: &codes)
        }
    }
}
