internal import BitNetTensors

/// Writes the declared tensors of a checkpoint in order and checks that each gets all its bytes.
struct TensorSequence {
    /// A tensor that will be written.
    struct Declaration {
        let name: String
        let shape: [Int]
        let encoding: TensorEncoding
        let byteCount: Int
    }

    /// The tensors in the order of their data.
    private(set) var tensors: [Declaration] = []
    private let file: String
    private var names: Set<String> = []
    private var totalSize = 0
    private var current = 0
    private var written = 0

    /// A sequence without tensors for the file at path `file`.
    init(file: String) { self.file = file }

    /// Adds a tensor behind the others.
    mutating func declare(
        _ name: String, shape: [Int], encoding: TensorEncoding
    ) throws(CheckpointError) {
        guard !name.isEmpty, name.utf8.count <= 65535 else {
            throw invalid(name, "expected a name of 1 to 65535 bytes, found \(name.utf8.count)")
        }
        guard let count = TensorDescriptor.elementCount(of: shape),
            let byteCount = encoding.byteCount(valueCount: count)
        else {
            throw invalid(
                name, "the shape \(shape) does not fill whole blocks of \(encoding.rawValue)")
        }
        // Far below the limits of Int, so that padding and sums of offsets cannot overflow.
        guard byteCount < 1 << 60, totalSize < 1 << 60 else {
            throw invalid(name, "the file would exceed 2^60 bytes")
        }
        guard names.insert(name).inserted else {
            throw CheckpointError(.duplicate, file: file, tensor: name, "declared twice")
        }
        totalSize += byteCount
        tensors.append(
            Declaration(name: name, shape: shape, encoding: encoding, byteCount: byteCount))
    }

    /// Notes that `count` more bytes of tensor `name` are about to be written.
    ///
    /// Returns whether they complete the tensor. Tensors come in declared order.
    mutating func advance(_ name: String, by count: Int) throws(CheckpointError) -> Bool {
        skipEmpty()
        guard current < tensors.count, tensors[current].name == name else {
            let expected = current < tensors.count ? "\"\(tensors[current].name)\"" : "no tensor"
            throw invalid(name, "its bytes are out of order: expected \(expected) next")
        }
        guard count <= tensors[current].byteCount - written else {
            throw invalid(
                name,
                "expected \(tensors[current].byteCount) bytes, found at least \(written + count)")
        }
        written += count
        guard written == tensors[current].byteCount else { return false }
        current += 1
        written = 0
        return true
    }

    /// Checks that every tensor has all its bytes.
    mutating func end() throws(CheckpointError) {
        skipEmpty()
        guard current < tensors.count else { return }
        throw invalid(
            tensors[current].name,
            "expected \(tensors[current].byteCount) bytes, found \(written) before the end")
    }

    /// Passes over tensors without values, which get no bytes.
    private mutating func skipEmpty() {
        while current < tensors.count, tensors[current].byteCount == 0 { current += 1 }
    }

    private func invalid(_ tensor: String, _ message: String) -> CheckpointError {
        CheckpointError(.invalidRequest, file: file, tensor: tensor, message)
    }
}
