/// A float32 matrix inside a buffer, row by row or, transposed, column by column.
public struct FloatMatrix: Sendable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The memory, which several matrices may share.
    public let buffer: AlignedBuffer<Float>
    /// Where element (0, 0) lies.
    public let offset: Int
    /// Values from one row to the next.
    let rowStride: Int
    /// Values from one column to the next.
    let columnStride: Int

    /// The matrix (rows, columns) at `offset`, rows `stride` values apart (default: `columns`).
    public init(
        _ buffer: AlignedBuffer<Float>, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil
    ) {
        let stride = stride ?? columns
        precondition(
            rows >= 0 && columns >= 0 && offset >= 0 && stride >= columns
                && (rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count),
            "(\(rows), \(columns)) at \(offset) of \(buffer.count) values")
        self.init(
            buffer: buffer, offset: offset, rows: rows, columns: columns, rowStride: stride,
            columnStride: 1)
    }

    private init(
        buffer: AlignedBuffer<Float>, offset: Int, rows: Int, columns: Int, rowStride: Int,
        columnStride: Int
    ) {
        self.buffer = buffer
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// The same values with rows and columns exchanged; nothing is copied.
    public var transposed: FloatMatrix {
        FloatMatrix(
            buffer: buffer, offset: offset, rows: columns, columns: rows, rowStride: columnStride,
            columnStride: rowStride)
    }

    /// Some of the rows.
    public func rows(_ range: Range<Int>) -> FloatMatrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return FloatMatrix(
            buffer: buffer, offset: offset + range.lowerBound * rowStride, rows: range.count,
            columns: columns, rowStride: rowStride, columnStride: columnStride)
    }

    var base: UnsafeMutablePointer<Float> { buffer.pointer(offset) }
}
