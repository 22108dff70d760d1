import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct HostileGGUFTests {
    /// The message with which the file is refused, or nil when it opens.
    private func refusal(_ bytes: [UInt8]) throws -> String? {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "hostile.gguf")
        let error = checkpointError { () throws(CheckpointError) in _ = try GGUFFile(path: path) }
        if let error { #expect(error.file == path) }
        return error?.description.replacing(path + ": ", with: "")
    }

    private func refusal(_ change: (inout GGUFBytes) -> Void) throws -> String? {
        var file = GGUFBytes()
        file.tensors = [GGUFBytes.Tensor()]
        file.dataSize = 32
        change(&file)
        return try refusal(file.bytes)
    }

    @Test func theUnchangedFileOpens() throws {
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.version = 2 } == nil)
    }

    @Test func otherFilesVersionsAndByteOrdersAreRefusedByName() throws {
        #expect(try refusal { $0.magic = Array("ggml".utf8) }?.hasPrefix("not a GGUF file") == true)
        #expect(try refusal { $0.version = 1 }?.contains("found GGUF version 1;") == true)
        #expect(try refusal { $0.version = 4 }?.contains("found GGUF version 4;") == true)
        #expect(try refusal { $0.version = 3 << 24 }?.contains("found big-endian GGUF;") == true)
        #expect(
            try refusal([])
                == "the file ends within the header: expected 4 bytes at 0, found 0")
    }

    @Test func countsThatCannotFitTheFileAreRefused() throws {
        #expect(
            try refusal { $0.tensorCount = 1 << 60 }?
                .hasPrefix("the header announces 1152921504606846976 tensors, which cannot fit")
                == true)
        #expect(
            try refusal { $0.pairCount = .max }?
                .contains("announces 18446744073709551615 metadata pairs") == true)
        #expect(
            try refusal { $0.pairs = [littleEndian(UInt64(1) << 62)] }?
                .contains("announces 4611686018427387904 bytes of string") == true)
    }

    @Test(arguments: [UInt32(0), 4, 6, 7, 8, 9, 12])
    func arraysThatCannotFitTheFileAreRefused(_ type: UInt32) throws {
        let value = littleEndian(type) + littleEndian(UInt64(1) << 60)
        let message = try refusal { $0.pairs = [GGUFBytes.pair("key", 9, value)] }
        #expect(
            message?.hasPrefix("metadata \"key\" announces 1152921504606846976 elements of type")
                == true)
    }

    @Test func metadataOfUnknownTypeOrWrongValueIsRefused() throws {
        #expect(
            try refusal { $0.pairs = [GGUFBytes.pair("key", 13, [0])] }
                == "metadata \"key\": expected a value type from 0 to 12, found 13")
        #expect(
            try refusal { $0.pairs = [GGUFBytes.pair("key", 7, [2])] }
                == "metadata \"key\": expected a truth value, 0 or 1, found 2")
        let pair = GGUFBytes.pair("key", 0, [1])
        #expect(
            try refusal { $0.pairs = [pair, pair] } == "the metadata key \"key\" occurs twice")
        #expect(
            try refusal { $0.pairs = [GGUFBytes.pair("", 4, littleEndian(UInt32(1)))] }
                == "expected the name of metadata pair 0, 1 to 65535 bytes of UTF-8, found 0 bytes "
                + "that are not a name")
        let long = String(repeating: "k", count: 65536)
        #expect(
            try refusal { $0.pairs = [GGUFBytes.pair(long, 0, [1])] }?.hasSuffix(
                "found 65536 bytes")
                == true)
    }

    @Test func deeplyNestedArraysAreRefused() throws {
        var value = littleEndian(UInt32(0)) + littleEndian(UInt64(0))
        for _ in 0..<1000 { value = littleEndian(UInt32(9)) + littleEndian(UInt64(1)) + value }
        #expect(
            try refusal { $0.pairs = [GGUFBytes.pair("key", 9, value)] }
                == "metadata \"key\": arrays are nested more than 4 deep")
    }

    @Test(arguments: [UInt32(0), 1, 4, 24, 33, 1 << 21, .max])
    func unsupportedAlignmentsAreRefused(_ alignment: UInt32) throws {
        let pair = GGUFBytes.pair("general.alignment", 4, littleEndian(alignment))
        #expect(
            try refusal { $0.pairs = [pair] }
                == "expected general.alignment to be a power of two from 8 to 1048576, "
                + "found \(alignment)")
    }

    @Test func anotherAlignmentMovesTheData() throws {
        var file = GGUFBytes()
        file.pairs = [GGUFBytes.pair("general.alignment", 4, littleEndian(UInt32(64)))]
        file.tensors = [GGUFBytes.Tensor()]
        file.alignment = 64
        file.dataSize = 32
        let folder = try TemporaryFolder()
        let opened = try GGUFFile(path: try folder.write(file.bytes, to: "aligned.gguf"))
        #expect(opened.alignment == 64)
        #expect(opened.tensors[0].region.range == 128..<160)
        file.tensors[0].offset = 32
        file.dataSize = 64
        #expect(
            try refusal(file.bytes)
                == "tensor \"t\": expected a data offset that is a multiple of 64, found 32")
    }

    @Test func impossibleShapesAreRefused() throws {
        func refusal(_ dimensions: [UInt64], rank: UInt32? = nil) throws -> String? {
            try self.refusal {
                $0.tensors[0].dimensions = dimensions
                $0.tensors[0].rank = rank
            }
        }
        #expect(try refusal([]) == "tensor \"t\": expected 1 to 4 dimensions, found 0")
        #expect(
            try refusal([8], rank: .max)
                == "tensor \"t\": expected 1 to 4 dimensions, found 4294967295")
        #expect(
            try refusal([0]) == "tensor \"t\": expected dimensions from 1 to 2^63 - 1, found 0")
        #expect(
            try refusal([.max])?.hasSuffix("found 18446744073709551615") == true)
        #expect(
            try refusal([1 << 32, 1 << 32])?.hasPrefix(
                "tensor \"t\": the product of the dimensions")
                == true)
        #expect(
            try refusal([1 << 62])
                == "tensor \"t\": the size of [4611686018427387904] values of F32 overflows")
    }

    @Test func dataOutsideTheFileAreRefused() throws {
        #expect(
            try refusal { $0.dataSize = 31 }
                == "tensor \"t\": expected 32 bytes at data offset 0, but the file has only 31 "
                + "bytes of tensor data; it is truncated or damaged")
        #expect(
            try refusal { $0.tensors[0].offset = 1 << 40 }?
                .hasPrefix("tensor \"t\": expected data at data offset 1099511627776") == true)
        #expect(
            try refusal { $0.tensors[0].offset = .max }?.contains("lies outside the file") == true)
        #expect(
            try refusal { $0.tensors[0].offset = 4 }
                == "tensor \"t\": expected a data offset that is a multiple of 32, found 4")
    }

    @Test func overlapsAndDuplicatesAreRefused() throws {
        let second = GGUFBytes.Tensor(name: "u", dimensions: [8], offset: 32)
        #expect(
            try refusal {
                $0.tensors = [GGUFBytes.Tensor(dimensions: [9]), second]
                $0.dataSize = 64
            } == "tensor \"t\": its 36 bytes at data offset 0 overlap tensor \"u\" at 32")
        #expect(
            try refusal {
                $0.tensors.append(GGUFBytes.Tensor(name: "u"))
            }?.contains("overlap tensor") == true)
        #expect(
            try refusal {
                $0.tensors.append(GGUFBytes.Tensor(offset: 32))
                $0.dataSize = 64
            } == "tensor \"t\": the name occurs twice")
    }

    @Test func rowsThatDoNotFillBlocksAreRefused() throws {
        #expect(
            try refusal {
                $0.tensors[0].type = 36
                $0.tensors[0].dimensions = [64, 4]
            } == "tensor \"t\": expected rows of a multiple of 128 values for I2_S, found 64")
        #expect(
            try refusal {
                $0.tensors[0].type = 12
                $0.tensors[0].dimensions = [128]
            } == "tensor \"t\": expected rows of a multiple of 256 values for Q4_K, found 128")
    }

    @Test func typesThatCannotBeReadAreListedByName() throws {
        var file = GGUFBytes()
        file.tensors = [
            GGUFBytes.Tensor(name: "a", dimensions: [256], type: 12),
            GGUFBytes.Tensor(name: "b", dimensions: [100], type: 38, offset: 160),
            GGUFBytes.Tensor(name: "c", dimensions: [100], type: 77, offset: 224),
        ]
        file.dataSize = 300
        let folder = try TemporaryFolder()
        let opened = try GGUFFile(path: try folder.write(file.bytes, to: "types.gguf"))
        #expect(opened.tensors.map(\.typeName) == ["Q4_K", "TL1", "type 77"])
        #expect(opened.tensors.allSatisfy { $0.encoding == nil })
        #expect(opened.tensors.map(\.region.count) == [144, 64, 76])
    }
}
