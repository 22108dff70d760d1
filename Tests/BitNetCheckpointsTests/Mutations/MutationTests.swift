import Testing

#if os(Linux) || os(macOS)
/// Each run has a process of its own: a trap fails only that test, and the memory is its alone.
@Suite(.timeLimit(.minutes(1))) struct MutationTests {
    @Test(arguments: [
        "bitnet-256/model-i2_s.gguf", "bitnet-256/model-tq1_0.gguf", "bitnet-256/model-tq2_0.gguf",
        "bitnet-128/model-f16.gguf", "bitnet-256/packed/model.safetensors",
    ])
    func damagedFilesGiveErrorsWithoutCrashHangOrMemory(_ path: String) async {
        await #expect(processExitsWith: .success) { [path] in
            let parts = path.split(separator: "/")
            let run = try MutationRun(
                folder: parts.dropLast().joined(separator: "/"), names: [String(parts.last ?? "")],
                opensFolder: false, count: 200)
            check(run)
        }
    }

    @Test func damagedShardsAndIndexesGiveErrorsWithoutCrashHangOrMemory() async {
        await #expect(processExitsWith: .success) {
            let run = try MutationRun(
                folder: "bitnet-odd/packed",
                names: [
                    "model.safetensors.index.json", "model-00002-of-00002.safetensors",
                    "model-00001-of-00002.safetensors",
                ], opensFolder: true, count: 200)
            check(run)
        }
    }
}

/// Some copies must be refused and some opened, or the damage missed its aim.
private func check(_ run: MutationRun) {
    let summary: Comment =
        "refused \(run.refused), opened \(run.opened), grew by \(run.largestGrowth) of \(run.size)"
    #expect(run.refused + run.opened == 200, summary)
    #expect(run.refused >= 50, summary)
    #expect(run.opened >= 5, summary)
    #if !ADDRESS_SANITIZER  // its red zones and delayed frees are memory too
    // Half a MiB for pages of the program that are read in along the way.
    #expect(run.largestGrowth <= 2 * run.size + (512 << 10), summary)
    #endif
}
#endif
