import BitNetTestSupport
import Foundation
import Testing

struct TrainCheckCommandTests {
    private struct Report: Decodable {
        struct Comparison: Decodable {
            let subject: String
            let difference: Double
            let limit: Double
        }
        let holds: Bool
        let comparisons: [Comparison]
    }

    @Test func theFixtureHoldsWhateverThePathThroughTheTrainer() throws {
        for options in [["-t", "1"], ["-t", "3", "--checkpoint-activations"]] {
            let report: Report = try CommandLineTool.succeed(
                ["train", "check", Fixtures.path("training"), "--json"] + options
            ).json()
            #expect(report.holds)
            #expect(report.comparisons.count > 100)
            #expect(report.comparisons.allSatisfy { $0.difference <= $0.limit })
        }
    }

    @Test func aFalsifiedLossFails() throws {
        let folder = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("training")) {
            var bytes = try Data(contentsOf: Fixtures.url("training/\(name)"))
            if name == "expected.json" {
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Data(text.replacing("10.42054557800293", with: "10.42074557800293").utf8)
                #expect(bytes != Data(text.utf8))
            }
            try folder.write(Array(bytes), to: name)
        }
        let output = try CommandLineTool.run(["train", "check", folder.path])
        #expect(output.status == 1)
        #expect(output.text.contains("FAILED ternary, float64: loss of step 2"))
        #expect(output.errors.contains("1 of 156 comparisons do not hold"))
    }

    @Test func aFolderThatIsNoneIsExplained() throws {
        let output = try CommandLineTool.run(["train", "check", "/no/such/folder"])
        #expect(output.status == 1)
        #expect(output.text.isEmpty)
        #expect(output.errors.contains("/no/such/folder/expected.json"))
    }
}
