public import BitNetTensors

/// Writes a safetensors file without holding it in memory.
///
/// First set metadata and declare all tensors, then append the tensors' bytes in declared order, in
/// chunks of any size, then call `finish`. The file appears at its path only then; a writer that is
/// dropped before leaves nothing behind.
public struct SafetensorsWriter: ~Copyable {
    private let path: String
    private var metadata: [(key: String, value: String)] = []
    private var tensors: TensorSequence
    private var output: CheckpointOutput?

    /// A writer for the file at `path`, which it will create or replace.
    public init(path: String) {
        self.path = path
        self.tensors = TensorSequence(file: path)
    }

    /// Adds a string to the file's `__metadata__`.
    public mutating func setMetadata(_ key: String, _ value: String) throws(CheckpointError) {
        try requireDeclarations()
        guard !metadata.contains(where: { $0.key == key }) else {
            throw CheckpointError(
                .duplicate, file: path, "the metadata key \"\(key)\" is set twice")
        }
        metadata.append((key, value))
    }

    /// Declares the next tensor; float32, float16, bfloat16 and uint8 can be stored.
    public mutating func declareTensor(
        _ name: String, shape: [Int], encoding: TensorEncoding
    ) throws(CheckpointError) {
        try requireDeclarations()
        guard SafetensorsType.name(of: encoding) != nil, name != "__metadata__" else {
            throw CheckpointError(
                .invalidRequest, file: path, tensor: name,
                "safetensors cannot store a tensor of this name in \(encoding.rawValue)")
        }
        try tensors.declare(name, shape: shape, encoding: encoding)
    }

    /// Appends bytes of tensor `name`, the next in declared order.
    public mutating func append(_ bytes: [UInt8], to name: String) throws(CheckpointError) {
        let output = try startedOutput()
        _ = try tensors.advance(name, by: bytes.count)
        try output.append(bytes)
    }

    /// Appends bytes of another file to tensor `name`, the next in declared order.
    public mutating func append(_ region: FileRegion, to name: String) throws(CheckpointError) {
        let output = try startedOutput()
        _ = try tensors.advance(name, by: region.count)
        try output.append(region)
    }

    /// Completes the file and moves it to its path; every tensor must have all its bytes.
    public consuming func finish() throws(CheckpointError) {
        let output = try startedOutput()
        try tensors.end()
        try output.finish()
    }

    private func requireDeclarations() throws(CheckpointError) {
        guard output != nil else { return }
        throw CheckpointError(
            .invalidRequest, file: path,
            "metadata and tensors must be declared before the first bytes are appended")
    }

    /// The output, which the first call creates with the file's header.
    private mutating func startedOutput() throws(CheckpointError) -> CheckpointOutput {
        if let output { return output }
        var header = Array(json().utf8)
        header.append(
            contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        guard header.count <= SafetensorsFile.longestHeader else {
            throw CheckpointError(
                .limitExceeded, file: path,
                "the header would have \(header.count) bytes, the limit is "
                    + "\(SafetensorsFile.longestHeader)")
        }
        let created = try CheckpointOutput(path: path)
        try created.append((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
        try created.append(header)
        output = created
        return created
    }

    private func json() -> String {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors.tensors {
            let type = SafetensorsType.name(of: tensor.encoding) ?? ""
            let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
            members.append(
                "\(Self.quoted(tensor.name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(offset + tensor.byteCount)]}")
            offset += tensor.byteCount
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// `text` as a JSON string.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
