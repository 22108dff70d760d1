import BitNetCheckpoints
import BitNetTensors

/// A tensor of a file.
struct TensorReport: Encodable {
    let name: String
    let shape: [Int]
    let type: String
    let bytes: Int

    init(_ tensor: TensorDescriptor) {
        name = tensor.name
        shape = tensor.shape
        type = tensor.typeName
        bytes = tensor.region.count
    }

    /// One tensor a line: name, shape, type, bytes.
    static func text(_ tensors: [TensorReport]) -> String {
        let cells = tensors.map { tensor in
            [
                tensor.name, tensor.shape.map(\.description).joined(separator: " x "), tensor.type,
                "\(tensor.bytes)",
            ]
        }
        let widths = (0..<3).map { column in cells.reduce(0) { max($0, $1[column].count) } }
        return cells.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return (padded + [row[3]]).joined(separator: "  ") + "\n"
        }.joined()
    }
}
