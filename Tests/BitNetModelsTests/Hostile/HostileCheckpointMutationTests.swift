import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

#if os(Linux) || os(macOS)
/// Damaged checkpoints give errors or run, with whatever numbers; each kind in its own process.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HostileCheckpointMutationTests {
    @Test(arguments: [
        "bitnet-256/model-i2_s.gguf", "bitnet-256/model-tq1_0.gguf", "bitnet-256/model-tq2_0.gguf",
        "bitnet-128/model-f16.gguf", "dense-llama/model-q8_0.gguf",
    ])
    func damagedGGUFFilesDoNoHarm(_ path: String) async {
        await #expect(processExitsWith: .success) { [path] in
            try DamagedModels(path, names: []).check()
        }
    }

    @Test(arguments: [
        ("bitnet-128/packed", "model.safetensors"), ("bitnet-odd/master", "model.safetensors"),
        ("llama-rmsnorm/packed", "config.json"),
        ("bitnet-odd/packed", "model-00001-of-00002.safetensors"),
        ("bitnet-odd/packed", "model.safetensors.index.json"),
    ])
    func damagedFoldersDoNoHarm(_ path: String, _ name: String) async {
        await #expect(processExitsWith: .success) { [path, name] in
            try DamagedModels(path, names: [name]).check()
        }
    }
}

/// Two hundred damaged copies of a checkpoint, opened, loaded and run for three tokens.
private struct DamagedModels {
    private var refused = 0
    private var ran = 0
    private var largestGrowth = 0
    private var size = 0
    private let compute: ComputeContext

    /// A run's buffers, the C library's reserves and the like.
    private static let allowance = 16 << 20
    private static let count = 200

    /// Damages `names` of the folder at `path`, or the file at `path` when there are none.
    init(_ path: String, names: [String]) throws {
        compute = try ComputeContext(threads: 1)
        let folder = try TemporaryFolder()
        let copy = URL(filePath: folder.path("checkpoint"))
        try FileManager.default.copyItem(at: Fixtures.url(path), to: copy)
        let target = names.first.map { copy.appending(path: $0) } ?? copy
        let original = [UInt8](try Data(contentsOf: target))
        size = original.count
        try run(copy.path(percentEncoded: false))
        var generator = SeededGenerator(seed: 1958)
        for index in 0..<Self.count {
            let mutation = Mutation.allCases[index % Mutation.allCases.count]
            let header = Self.headerSize(target.lastPathComponent, original)
            var damaged = mutation.apply(to: original, headerSize: header, using: &generator)
            if target.pathExtension == "json", index % 2 == 0 {
                damaged = Self.otherDigits(original, &generator)
            }
            try Data(damaged).write(to: target)
            measure(copy.path(percentEncoded: false))
        }
    }

    func check() {
        #expect(refused + ran == Self.count)
        #expect(refused >= 20)
        #expect(ran >= 2)
        #expect(largestGrowth <= 2 * size + Self.allowance)
    }

    /// The same JSON with some digits replaced or doubled: still readable, with other numbers.
    private static func otherDigits(
        _ json: [UInt8], _ generator: inout SeededGenerator
    ) -> [UInt8] {
        var json = json
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let digits = json.indices.filter { (48...57).contains(json[$0]) }
            guard let place = digits.randomElement(using: &generator) else { break }
            let digit = UInt8.random(in: 48...57, using: &generator)
            json.replaceSubrange(
                place..<place + 1, with: Bool.random(using: &generator) ? [digit] : [digit, digit])
        }
        return json
    }

    private static func headerSize(_ name: String, _ bytes: [UInt8]) -> Int {
        if name.hasSuffix(".json") { return bytes.count }
        if name.hasSuffix(".safetensors") {
            return 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        }
        return bytes.count / 20
    }

    private mutating func measure(_ path: String) {
        ResidentMemory.resetPeak()
        let before = ResidentMemory.current()
        do {
            try run(path)
            ran += 1
        } catch {
            refused += 1
        }
        if let before, let peak = ResidentMemory.peak() {
            largestGrowth = max(largestGrowth, peak - before)
        }
    }

    private func run(_ path: String) throws {
        let model = try BitNetModel.load(path: path, compute: compute)
        let cache = try model.makeCache(capacity: 3)
        let workspace = try Workspace(model, tokens: 3, positions: 3)
        try model.forward(
            [SequenceChunk(cache: cache, tokens: [1, 0, 2], outputs: .all)], workspace
        ) { #expect($0.logits.count == model.configuration.vocabularySize) }
    }
}
#endif
