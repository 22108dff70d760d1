internal import BitNetTensors

/// The JSON header of a safetensors file: names, dtypes, shapes and where the data are.
struct SafetensorsHeader {
    private struct Entry {
        var name: String
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
    }

    /// The `__metadata__` strings.
    private(set) var metadata: [String: String] = [:]
    private var entries: [Entry] = []
    private let file: String

    /// Parses `json`, the header of the file at path `file`.
    init(_ json: [UInt8], file: String) throws(CheckpointError) {
        self.file = file
        var scanner = JSONScanner(json, file: file)
        var names: Set<String> = []
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        try scanner.object { scanner, name throws(CheckpointError) in
            guard names.insert(name).inserted else {
                throw CheckpointError(
                    .duplicate, file: file, tensor: name, "the name occurs twice")
            }
            if name == "__metadata__" {
                metadata = try scanner.strings()
            } else {
                entries.append(try Self.entry(name, &scanner))
            }
        }
        try scanner.end()
        self.metadata = metadata
        self.entries = entries
    }

    private static func entry(
        _ name: String, _ scanner: inout JSONScanner
    ) throws(CheckpointError) -> Entry {
        var entry = Entry(name: name)
        try scanner.object { scanner, key throws(CheckpointError) in
            switch key {
            case "dtype": entry.type = try scanner.string()
            case "shape": entry.shape = try scanner.integers(limit: 8)
            case "data_offsets": entry.offsets = try scanner.integers(limit: 2)
            default: try scanner.skipValue()
            }
        }
        return entry
    }

    /// Ties the tensors to their bytes in `data`; they must fill it without gaps or overlap.
    func descriptors(in data: FileRegion) throws(CheckpointError) -> [TensorDescriptor] {
        var descriptors: [TensorDescriptor] = []
        descriptors.reserveCapacity(entries.count)
        for entry in entries { descriptors.append(try descriptor(entry, in: data)) }
        descriptors.sort {
            ($0.region.range.lowerBound, $0.region.range.upperBound)
                < ($1.region.range.lowerBound, $1.region.range.upperBound)
        }
        var end = data.range.lowerBound
        for tensor in descriptors {
            guard tensor.region.range.lowerBound == end else {
                throw invalid(
                    tensor.name,
                    "expected its data to start at \(end - data.range.lowerBound), where the tensor "
                        + "before ends, found \(tensor.region.range.lowerBound - data.range.lowerBound)"
                )
            }
            end = tensor.region.range.upperBound
        }
        guard end == data.range.upperBound else {
            throw CheckpointError(
                .corrupt, file: file,
                "expected \(end - data.range.lowerBound) bytes of tensor data, found \(data.count)")
        }
        return descriptors
    }

    private func descriptor(
        _ entry: Entry, in data: FileRegion
    ) throws(CheckpointError) -> TensorDescriptor {
        guard let typeName = entry.type, let shape = entry.shape, let offsets = entry.offsets,
            offsets.count == 2
        else {
            throw invalid(entry.name, "expected a dtype, a shape and two data_offsets")
        }
        guard let count = TensorDescriptor.elementCount(of: shape) else {
            throw invalid(entry.name, "the product of the dimensions \(shape) overflows")
        }
        guard offsets[0] <= offsets[1], offsets[1] <= data.count,
            let region = data.subregion(offsets[0]..<offsets[1])
        else {
            throw CheckpointError(
                .truncated, file: file, tensor: entry.name,
                "its data_offsets \(offsets) lie outside the file's \(data.count) bytes of data")
        }
        let type = SafetensorsType.named(typeName)
        if let type, type.byteCount(elementCount: count) != region.count {
            throw invalid(
                entry.name,
                "\(typeName) of shape \(shape) does not take \(region.count) bytes, as its "
                    + "data_offsets \(offsets) say")
        }
        return TensorDescriptor(
            name: entry.name, shape: shape, typeName: typeName, encoding: type?.encoding,
            region: region, elementCount: count)
    }

    private func invalid(_ tensor: String, _ message: String) -> CheckpointError {
        CheckpointError(.corrupt, file: file, tensor: tensor, message)
    }
}

extension JSONScanner {
    /// Reads an object whose values are strings; of a repeated key the last value stays.
    mutating func strings() throws(CheckpointError) -> [String: String] {
        var strings: [String: String] = [:]
        try object { scanner, key throws(CheckpointError) in strings[key] = try scanner.string() }
        return strings
    }
}
