import BitNetTestSupport
import Foundation
import Testing

struct InspectCommandTests {
    private struct Report: Decodable {
        struct Model: Decodable {
            struct Shape: Decodable, Equatable {
                let family: String
                let vocabulary: Int
                let hidden: Int
                let feed_forward: Int
                let layers: Int
                let heads: Int
                let kv_heads: Int
                let head_dim: Int
                let tied_embeddings: Bool
            }
            struct Parameters: Decodable, Equatable {
                let total: Int
                let ternary: Int
                let embedding: Int
                let head: Int
            }
            struct Bytes: Decodable {
                let body: Int
                let embedding: Int
                let head: Int
                let kv_cache: Int?
            }
            struct Packing: Decodable {
                let packing: String
                let bytes: Int
                let fits: Bool
            }
            let packings: [Packing]?
            let format: String
            let architecture: String
            let refusal: String?
            let shape: Shape?
            let parameters: Parameters
            let bytes: Bytes
        }
        struct Tokenizer: Decodable {
            let kind: String
            let size: Int
            let bos_id: Int
            let chat_template: Bool
            let end_of_generation_ids: [Int]
        }
        struct Load: Decodable {
            let ternary_bytes: Int
            let packing: String?
            let mapped_bytes: Int
            let ternary_projections: Int
            let projections: Int
            let threads: Int
        }
        struct Tensor: Decodable {
            let name: String
            let shape: [Int]
            let type: String
            let bytes: Int
        }
        struct Processor: Decodable {
            struct Measured: Decodable {
                struct Kernels: Decodable {
                    let name: String
                    let multiply_adds_per_second: Double
                    let bytes_per_second: Double
                }
                let threads: Int
                let kernels: [Kernels]
                let read_bytes_per_second: Double
                let peak_multiply_adds_per_second: Double
                let skipping: String?
                let skipping_pinned: Bool
                struct Product: Decodable {
                    struct Variant: Decodable {
                        let name: String
                        let bytes_per_second: Double?
                        let multiply_adds_per_second: Double?
                        var speed: Double { bytes_per_second ?? multiply_adds_per_second ?? 0 }
                    }
                    let name: String
                    let chosen: String
                    let pinned: Bool
                    let variants: [Variant]
                }
                let products: [Product]
            }
            let kernels: String
            let kernels_pinned: Bool
            let available_kernels: [String]
            let threads: Int
            let measured: Measured
        }
        let model: Model?
        let tokenizer: Tokenizer?
        let load: Load?
        let tensors: [Tensor]?
        let cpu: Processor?
    }

    private func inspect(_ arguments: [String]) throws -> Report {
        try CommandLineTool.succeed(["inspect", "--json"] + arguments).json()
    }

    /// The shape in the README of the fixtures; sizes worked out from it.
    @Test(arguments: ["packed", "model-i2_s.gguf", "model-tq1_0.gguf"])
    func shapeAndSizesOfAModel(file: String) throws {
        let report = try inspect([Fixtures.path("bitnet-256/\(file)"), "-c", "100"])
        let model = try #require(report.model)
        let shape = try #require(model.shape)
        #expect(
            shape
                == .init(
                    family: "bitnet", vocabulary: 599, hidden: 256, feed_forward: 512, layers: 2,
                    heads: 4, kv_heads: 2, head_dim: 64, tied_embeddings: true))
        #expect(model.refusal == nil)
        let projections = 2 * 256 * (256 + 128 + 128 + 256 + 3 * 512)
        let norms = 256 + 2 * (3 * 256 + 512)
        #expect(
            model.parameters
                == .init(
                    total: projections + 599 * 256 + norms, ternary: projections,
                    embedding: 599 * 256, head: 0))
        #expect(model.bytes.embedding == 599 * 256 * 2)
        // Keys and values: 2 layers, 2 heads of 64, two bytes each.
        #expect(model.bytes.kv_cache == 100 * 2 * 2 * 2 * 64 * 2)
        #expect(report.tokenizer?.size == 599)
        #expect(report.tokenizer?.bos_id == 591)
        #expect(report.tokenizer?.end_of_generation_ids == [592, 597])
        #expect(report.tokenizer?.chat_template == true)
    }

    @Test func exactCachesTakeTwiceTheMemory() throws {
        let path = Fixtures.path("bitnet-256/packed")
        let sizes = try ["float16", "float32"].map {
            try inspect([path, "--kv", $0]).model?.bytes.kv_cache
        }
        // 512 positions are the model's own.
        #expect(sizes == [512 * 1024, 1024 * 1024])
    }

    @Test func headsThatAreNoEmbeddingAreCounted() throws {
        let model = try #require(inspect([Fixtures.path("bitnet-odd/packed")]).model)
        #expect(model.parameters.head == 599 * 192)
        #expect(model.bytes.head == 599 * 192 * 2)
        #expect(model.shape?.tied_embeddings == false)
    }

    @Test func loadingTellsWhatWasChosen() throws {
        let report = try inspect([Fixtures.path("bitnet-256/packed"), "--load", "-t", "1"])
        let load = try #require(report.load)
        #expect(load.projections == 14)
        #expect(load.ternary_projections == 14)
        #expect(load.threads == 1)
        #expect(load.ternary_bytes == 2 * 256 * (256 + 128 + 128 + 256 + 3 * 512) / 4)
        #expect(load.mapped_bytes == 599 * 256 * 2)
        #expect(load.packing == "2bit")
    }

    @Test(arguments: ["packed", "model-i2_s.gguf", "model-tq2_0.gguf"])
    func packingsAreToldAsTheyAreLoaded(file: String) throws {
        let path = Fixtures.path("bitnet-256/\(file)")
        let told = try #require(inspect([path]).model?.packings)
        #expect(told.map(\.packing) == ["2bit", "base3"])
        for packing in told {
            #expect(packing.fits)
            let load = try inspect([path, "--load", "--pack", packing.packing]).load
            #expect(load?.packing == packing.packing)
            #expect(load?.ternary_bytes == packing.bytes)
        }
        #expect(try inspect([Fixtures.path("dense-llama/model-f16.gguf")]).model?.packings == nil)
        #expect(try CommandLineTool.succeed(["inspect", path]).text.contains("as base3 (fits)"))
    }

    @Test func tensorsAreListed() throws {
        let path = Fixtures.path("bitnet-256/model-i2_s.gguf")
        let tensors = try #require(inspect([path, "--tensors"]).tensors)
        let query = try #require(tensors.first { $0.name == "blk.0.attn_q.weight" })
        #expect(query.shape == [256, 256])
        #expect(query.type == "I2_S")
        #expect(query.bytes == 256 * 256 / 4 + 32)
        let text = try CommandLineTool.succeed(["inspect", path, "--tensors"]).text
        #expect(text.split(separator: "\n").contains { $0.hasPrefix("blk.0.attn_q.weight") })
    }

    @Test func theProcessorNeedsNoModel() throws {
        let report = try inspect(["--cpu"])
        let processor = try #require(report.cpu)
        #expect(processor.available_kernels.contains("scalar"))
        #expect(processor.available_kernels.contains(processor.kernels))
        #expect(processor.threads >= 1)
        #expect(report.model == nil)
        let scalar = try CommandLineTool.run(
            ["inspect", "--cpu", "--json"], environment: ["BITNET_ISA": "scalar"])
        #expect(try scalar.json(as: Report.self).cpu?.kernels == "scalar")
        let unknown = try CommandLineTool.run(
            ["inspect", "--cpu"], environment: ["BITNET_ISA": "none"])
        #expect(unknown.status == 1)
        #expect(unknown.errors.hasPrefix("error: BITNET_ISA names an instruction set"))
    }

    @Test func theProcessorIsMeasured() throws {
        let run = try CommandLineTool.run(
            ["inspect", "--cpu", "--json", "-t", "1"],
            environment: ["BITNET_ISA": "", "BITNET_SKIP": ""])
        let processor = try #require(run.json(as: Report.self).cpu)
        let measured = processor.measured
        #expect(!processor.kernels_pinned && !measured.skipping_pinned)
        #expect(processor.kernels == processor.available_kernels[0])
        #expect(measured.threads == 1)
        #expect(
            measured.kernels.map(\.name) == processor.available_kernels.filter { $0 != "scalar" })
        for set in measured.kernels {
            #expect(set.multiply_adds_per_second > 1e6 && set.bytes_per_second > 1e6)
        }
        #expect(measured.read_bytes_per_second > 1e6)
        #expect(measured.peak_multiply_adds_per_second > 1e6)
        if processor.kernels != "scalar" {
            let shares = try #require(measured.skipping).split(separator: ",").map { Double($0) }
            #expect(shares.count == 4 && shares.allSatisfy { $0.map((0...1).contains) == true })
            #expect(
                measured.products.map(\.name) == [
                    "rows", "listed-rows", "columns", "listed-columns", "head", "tiles", "dense",
                ])
        }
        for product in measured.products {
            let speeds = product.variants.map(\.speed)
            #expect(speeds == speeds.sorted(by: >) && speeds.allSatisfy { $0 > 1e6 })
            #expect(product.chosen == product.variants.first?.name && !product.pinned)
            #expect(Set(product.variants.map(\.name)).count == product.variants.count)
        }
    }

    @Test func variantsCanBePinned() throws {
        let set = try #require(inspect(["--cpu"]).cpu).available_kernels[0]
        guard set != "scalar" else { return }
        let pin = "rows=\(set):5000:1:2,tiles=\(set)"
        let run = try CommandLineTool.run(
            ["inspect", "--cpu", "--json", "-t", "1"], environment: ["BITNET_TUNE": pin])
        let products = try #require(run.json(as: Report.self).cpu).measured.products
        #expect(products.filter(\.pinned).map(\.name) == ["rows", "tiles"])
        #expect(products.filter(\.pinned).map(\.chosen) == ["\(set):5000:1:2", set])
        #expect(products[0].variants.contains { $0.name == products[0].chosen })
        for tune in ["off", pin] {
            let load = try CommandLineTool.run(
                ["inspect", Fixtures.path("bitnet-128/packed"), "--load"],
                environment: ["BITNET_TUNE": tune])
            #expect(load.status == 0)
            #expect(load.text.contains("rows=\(set):5000:1:2") == (tune == pin))
        }
    }

    @Test(arguments: [
        "rows", "rows=", "rows=none:1:1:1", "rows=scalar:1:1", "rows=scalar:1:3:1",
        "rows=scalar:-1:1:1", "rows=scalar:2000000:1:1", "tiles=scalar:1:1:1", "sums=scalar",
        "rows=scalar:1:1:1,,", "on",
    ])
    func malformedVariantsAreRefused(_ tune: String) throws {
        let run = try CommandLineTool.run(
            ["inspect", "--cpu"], environment: ["BITNET_TUNE": tune])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: BITNET_TUNE: expected off, or PRODUCT=VARIANT"))
    }

    @Test func whatIsPinnedIsToldAndNotMeasured() throws {
        let environment = ["BITNET_ISA": "scalar", "BITNET_SKIP": "0.1,0.2,0.3,0.4"]
        let run = try CommandLineTool.run(["inspect", "--cpu", "--json"], environment: environment)
        let processor = try #require(run.json(as: Report.self).cpu)
        #expect(processor.kernels_pinned && processor.measured.skipping_pinned)
        #expect(processor.measured.skipping == "0.1,0.2,0.3,0.4")
        let text = try CommandLineTool.run(["inspect", "--cpu"], environment: environment).text
        #expect(text.contains("scalar, pinned by BITNET_ISA"))
        #expect(text.contains("0.1,0.2,0.3,0.4 are needed, pinned by BITNET_SKIP"))
    }

    @Test func foldersWithoutWeightsHaveATokenizer() throws {
        let report = try inspect([Fixtures.path("tokenizer")])
        #expect(report.model == nil)
        #expect(report.tokenizer?.kind == "byte-level BPE")
        let load = try CommandLineTool.run(["inspect", Fixtures.path("tokenizer"), "--load"])
        #expect(load.status == 1)
        #expect(load.errors.contains("there are no weights to load"))
    }

    @Test func modelsThatCannotBeRunAreDescribed() throws {
        let folder = try TemporaryFolder()
        let source = URL(filePath: Fixtures.path("bitnet-256/packed"))
        for name in ["model.safetensors", "tokenizer.json"] {
            try FileManager.default.copyItem(
                at: source.appending(path: name), to: URL(filePath: folder.path(name)))
        }
        try folder.write(Array(#"{"architectures":["OtherModel"]}"#.utf8), to: "config.json")
        let model = try #require(inspect([folder.path]).model)
        #expect(model.architecture == "OtherModel")
        #expect(model.refusal?.contains("\"OtherModel\" is not supported") == true)
        #expect(model.parameters.embedding == 599 * 256)
        #expect(model.shape == nil)
        let text = try CommandLineTool.succeed(["inspect", folder.path]).text
        #expect(text.contains("cannot be run"))
    }

    @Test func aModelIsNeeded() throws {
        for arguments in [[], ["--cpu", "--load"], ["--cpu", "--tensors"]] {
            #expect(try CommandLineTool.run(["inspect"] + arguments).status == 64)
        }
    }
}
