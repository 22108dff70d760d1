internal import BitNetTensors

extension GGUFHeader {
    /// Ties the tensors to their bytes in `region`, the whole file.
    ///
    /// Refuses data that are unaligned, overlap, or lie outside the file.
    func descriptors(in region: FileRegion) throws(CheckpointError) -> [TensorDescriptor] {
        let dataSize = max(0, region.count - dataStart)
        let order = tensors.indices.sorted { tensors[$0].offset < tensors[$1].offset }
        var sizes = [Int](repeating: 0, count: tensors.count)
        for (position, index) in order.enumerated() {
            let next = position + 1 < order.count ? tensors[order[position + 1]] : nil
            sizes[index] = try size(
                of: tensors[index], next: next, dataSize: dataSize, file: region.file.path)
        }
        var descriptors: [TensorDescriptor] = []
        descriptors.reserveCapacity(tensors.count)
        for (tensor, size) in zip(tensors, sizes) {
            descriptors.append(try descriptor(tensor, size: size, in: region))
        }
        return descriptors
    }

    /// The bytes of `tensor`, checked to end before the `next` one in the file and its end.
    private func size(
        of tensor: TensorInfo, next: TensorInfo?, dataSize: Int, file: String
    ) throws(CheckpointError) -> Int {
        guard tensor.offset % alignment == 0 else {
            throw CheckpointError(
                .corrupt, file: file, tensor: tensor.name,
                "expected a data offset that is a multiple of \(alignment), found \(tensor.offset)")
        }
        guard tensor.offset <= dataSize else {
            throw outside(tensor, needed: nil, dataSize: dataSize, file: file)
        }
        let limit = min(next?.offset ?? dataSize, dataSize)
        guard let size = try knownSize(of: tensor, file: file) else { return limit - tensor.offset }
        guard size <= dataSize - tensor.offset else {
            throw outside(tensor, needed: size, dataSize: dataSize, file: file)
        }
        guard let next, size > limit - tensor.offset else { return size }
        throw CheckpointError(
            .corrupt, file: file, tensor: tensor.name,
            "its \(size) bytes at data offset \(tensor.offset) overlap tensor \"\(next.name)\" "
                + "at \(next.offset)")
    }

    /// The bytes that shape and type ask for; nil for a type of unknown layout.
    private func knownSize(
        of tensor: TensorInfo, file: String
    ) throws(CheckpointError) -> Int? {
        guard let block = tensor.type.block else { return nil }
        let rowLength = tensor.shape.last ?? 1
        guard rowLength % block.values == 0 else {
            throw CheckpointError(
                .corrupt, file: file, tensor: tensor.name,
                "expected rows of a multiple of \(block.values) values for \(tensor.type.name), "
                    + "found \(rowLength)")
        }
        if let size = tensor.type.byteCount(elementCount: tensor.elementCount) { return size }
        throw CheckpointError(
            .corrupt, file: file, tensor: tensor.name,
            "the size of \(tensor.shape) values of \(tensor.type.name) overflows")
    }

    private func outside(
        _ tensor: TensorInfo, needed: Int?, dataSize: Int, file: String
    ) -> CheckpointError {
        let needed = needed.map { "\($0) bytes" } ?? "data"
        return CheckpointError(
            .truncated, file: file, tensor: tensor.name,
            "expected \(needed) at data offset \(tensor.offset), but the file has only \(dataSize) "
                + "bytes of tensor data; it is truncated or damaged")
    }

    private func descriptor(
        _ tensor: TensorInfo, size: Int, in region: FileRegion
    ) throws(CheckpointError) -> TensorDescriptor {
        let start = dataStart + tensor.offset
        guard let data = region.subregion(start..<start + size) else {
            throw outside(
                tensor, needed: size, dataSize: region.count - dataStart, file: region.file.path)
        }
        return TensorDescriptor(
            name: tensor.name, shape: tensor.shape, typeName: tensor.type.name,
            encoding: tensor.type.encoding, region: data, elementCount: tensor.elementCount)
    }
}
