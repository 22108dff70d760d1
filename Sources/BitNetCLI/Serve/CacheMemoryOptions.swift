#if Server
import ArgumentParser

/// `--kv-memory`: how much memory keys and values may take.
struct CacheMemoryOptions: ParsableArguments {
    @Option(
        name: .customLong("kv-memory"),
        help: ArgumentHelp(
            "Memory for keys and values, in bytes or with K, M or G behind; texts that do not fit "
                + "wait. (default: what \(contexts) full contexts take)",
            valueName: "size"))
    var size: ByteSize?

    /// Full contexts that there is room for where nothing is said.
    static let contexts = 8
}
#endif
