import BitNetCheckpoints
import BitNetTestSupport
import Testing

@Suite struct HostileSafetensorsTests {
    private func file(_ header: String, dataSize: Int = 16) -> [UInt8] {
        littleEndian(UInt64(header.utf8.count)) + header.utf8
            + [UInt8](repeating: 0, count: dataSize)
    }

    /// The message with which the file is refused, or nil when it opens.
    private func refusal(_ bytes: [UInt8]) throws -> String? {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "hostile.safetensors")
        let error = checkpointError { () throws(CheckpointError) in
            _ = try SafetensorsCheckpoint(path: path)
        }
        return error?.description.replacing(path + ": ", with: "")
    }

    private func refusal(_ header: String, dataSize: Int = 16) throws -> String? {
        try refusal(file(header, dataSize: dataSize))
    }

    private func tensor(
        _ name: String, _ offsets: String, type: String = "F32", shape: String = "[4]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    @Test func theUnchangedFileOpens() throws {
        #expect(try refusal("{\(tensor("t", "[0,16]"))}") == nil)
        #expect(try refusal(" {} ", dataSize: 0) == nil)
        #expect(try refusal("{\(tensor("t", "[0,16]", type: "I32"))}") == nil)
        #expect(try refusal("{\(tensor("t", "[0,16]", type: "X99"))}") == nil)
    }

    @Test func headerLengthsBeyondTheFileAreRefused() throws {
        #expect(
            try refusal([1, 2, 3])
                == "not a safetensors file: expected at least 8 bytes, found 3")
        #expect(
            try refusal(littleEndian(UInt64(100)) + [0x7b])
                == "expected a header of 100 bytes, found 1 bytes in the file")
        #expect(
            try refusal(littleEndian(UInt64.max) + [0x7b])?.contains(
                "its header would have 18446744073709551615 bytes, the limit is 100000000") == true)
    }

    @Test(arguments: [
        ("", "expected '{' at byte 0, found the end of the text"),
        ("[]", "expected '{' at byte 0, found '['"),
        ("{\"t\":1}", "expected '{' at byte 5, found '1'"),
        ("{\"t\":{}", "expected '}' at byte 7, found the end of the text"),
        ("{} x", "expected the end of the JSON text at byte 3, found 'x'"),
        ("{\"t\":{},}", "expected '\"' at byte 8, found '}'"),
        ("{\"t\":{\"shape\":[-1]}}", "expected a non-negative integer at byte 15, found '-'"),
        ("{\"t\":{\"shape\":[1.5]}}", "expected ']' at byte 16, found '.'"),
        ("{\"t\":{\"shape\":[01]}}", "expected a non-negative integer at byte 17, found ']'"),
        (
            "{\"t\":{\"shape\":[9223372036854775808]}}",
            "expected an integer below 2^63 at byte 33, found '8'"
        ),
        ("{\"t\":{\"data_offsets\":[0,1,2]}}", "expected at most 2 integers at byte 26, found '2'"),
        ("{\"a\\q\":{}}", "expected an escape sequence before at byte 5, found '\"'"),
        ("{\"a\\ud800\":{}}", "expected a pair of surrogates at byte 9, found '\"'"),
        ("{\"a\u{1}\":{}}", "expected no control characters in a string at byte 3, found '\u{1}'"),
        ("{\"abc", "expected the end of a string at byte 5, found the end of the text"),
        ("{\"t\":{\"x\":nul}}", "expected a value at byte 10, found 'n'"),
    ])
    func invalidJSONIsRefusedWithItsPlace(_ header: String, _ message: String) throws {
        #expect(try refusal(header) == "invalid JSON: " + message)
    }

    @Test func namesThatAreNotUTF8AreRefused() throws {
        let header = Array("{\"".utf8) + [0xff, 0xfe] + "\":{}}".utf8
        #expect(
            try refusal(littleEndian(UInt64(header.count)) + header)?
                .contains("expected valid UTF-8") == true)
    }

    @Test func deepNestingIsRefused() throws {
        let nested = String(repeating: "[", count: 100_000)
        #expect(
            try refusal("{\"t\":{\"x\":\(nested)")?.contains("nested at most 32 deep") == true)
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(
            try refusal("{\"t\":{\"x\":\(objects)")?.contains("nested at most 32 deep") == true)
    }

    @Test func missingFieldsAndDuplicatesAreRefused() throws {
        #expect(
            try refusal("{\"t\":{\"dtype\":\"F32\",\"shape\":[4]}}")
                == "tensor \"t\": expected a dtype, a shape and two data_offsets")
        #expect(
            try refusal("{\(tensor("t", "[0]"))}")
                == "tensor \"t\": expected a dtype, a shape and two data_offsets")
        #expect(
            try refusal("{\(tensor("t", "[0,16]")),\(tensor("t", "[0,16]"))}")
                == "tensor \"t\": the name occurs twice")
    }

    @Test func sizesThatContradictTheShapeAreRefused() throws {
        #expect(
            try refusal("{\(tensor("t", "[0,12]"))}", dataSize: 12)
                == "tensor \"t\": F32 of shape [4] does not take 12 bytes, as its data_offsets "
                + "[0, 12] say")
        #expect(
            try refusal("{\(tensor("t", "[0,16]", shape: "[4294967296,4294967296]"))}")
                == "tensor \"t\": the product of the dimensions [4294967296, 4294967296] overflows")
        #expect(
            try refusal("{\(tensor("t", "[0,16]", shape: "[4611686018427387904]"))}")?
                .contains("does not take 16 bytes") == true)
    }

    @Test func dataOutsideOverlappingOrWithGapsAreRefused() throws {
        #expect(
            try refusal("{\(tensor("t", "[0,16]"))}", dataSize: 15)
                == "tensor \"t\": its data_offsets [0, 16] lie outside the file's 15 bytes of data")
        #expect(
            try refusal("{\(tensor("t", "[16,0]"))}")?.contains("lie outside the file's") == true)
        let overlap = "{\(tensor("t", "[0,16]")),\(tensor("u", "[8,24]"))}"
        #expect(
            try refusal(overlap, dataSize: 24)
                == "tensor \"u\": expected its data to start at 16, where the tensor before ends, "
                + "found 8")
        #expect(
            try refusal("{\(tensor("t", "[8,24]"))}", dataSize: 24)?
                .contains("expected its data to start at 0") == true)
        #expect(
            try refusal("{\(tensor("t", "[0,16]"))}", dataSize: 17)
                == "expected 16 bytes of tensor data, found 17")
    }
}
