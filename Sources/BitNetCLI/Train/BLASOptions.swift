import ArgumentParser
import BitNetTensors
import BitNetTraining

/// `--blas`: who multiplies float32 matrices while training.
struct BLASOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Dense products: own (the engine's kernels, the same bits for any number of threads), "
                + "auto (a BLAS if the system has one), or the path of a library with cblas_sgemm. "
                + "(default: Accelerate on Apple systems, own elsewhere)",
            valueName: "library"))
    var blas: String?

    /// The library asked for; nil for the engine's own products.
    func library() throws -> BLASLibrary? {
        switch blas {
        case "own": return nil
        case nil:
            #if canImport(Darwin)
            return BLASLibrary(path: BLASLibrary.knownPaths[0])
            #else
            return nil
            #endif
        case "auto": return BLASLibrary.found()
        case let path?:
            if let library = BLASLibrary(path: path) { return library }
            throw CommandFailure(
                "--blas \(path): no shared library with cblas_sgemm opens there; install one "
                    + "(Debian: libopenblas0-pthread), give its path, or leave --blas out")
        }
    }
}
