internal import CBitNetKernels

/// A BLAS that was found on the system: Accelerate, or a shared library with `cblas_sgemm`.
///
/// Opened at run time, so that nothing has to be installed to build. Each worker multiplies its own
/// rows; the library itself is asked to use one thread.
public final class BLASLibrary: @unchecked Sendable {
    // @unchecked Sendable: a handle that is only read; cblas_sgemm may be called by several threads.
    /// The library's path or name.
    public let path: String
    private let library: OpaquePointer

    /// Where BLAS libraries are looked for.
    public static let knownPaths = [
        "/System/Library/Frameworks/Accelerate.framework/Accelerate", "libmkl_rt.so.2",
        "libmkl_rt.so", "libblis.so.4", "libblis.so", "libopenblas.so.0", "libopenblas.so",
    ]

    /// Opens the library at `path`; nil when there is none or it has no `cblas_sgemm`.
    public init?(path: String) {
        guard let library = bn_blas_open(path) else { return nil }
        self.library = library
        self.path = path
    }

    /// The first of `knownPaths` that opens.
    public static func found() -> BLASLibrary? {
        knownPaths.lazy.compactMap(BLASLibrary.init(path:)).first
    }

    deinit { bn_blas_close(library) }

    func multiply(_ a: FloatMatrix, _ b: FloatMatrix, into out: FloatMatrix, accumulate: Bool) {
        bn_blas_sgemm(
            library, a.base, a.rowStride, a.columnStride, b.base, b.rowStride, b.columnStride,
            a.rows, b.columns, a.columns, out.base, out.rowStride, accumulate)
    }
}
