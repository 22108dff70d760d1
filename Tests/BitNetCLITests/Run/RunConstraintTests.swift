import BitNetTestSupport
import Foundation
import Testing

/// `bitnet run` with a form for the answer, and `bitnet constraint`.
struct RunConstraintTests {
    private static let schema =
        #"{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}"#

    private func run(_ arguments: [String], input: String = "") throws -> CommandLineTool.Output {
        try CommandLineTool.run(
            ["run", "-p", "In the beginning", "-t", "1", "-q", "-s", "1"] + arguments,
            input: Data(input.utf8))
    }

    @Test func schemasComeFromTheWordsAFileOrStandardInput() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Array(Self.schema.utf8), to: "schema.json")
        for (word, input) in [(Self.schema, ""), (file, ""), ("-", Self.schema)] {
            let output = try run(["--json-schema", word, "-n", "40"], input: input)
            #expect(output.status == 0, "\(output.errors)")
            let value = try JSONDecoder().decode([String: Int].self, from: output.data)
            #expect(value["a"] != nil)
        }
    }

    @Test func grammarsAndObjects() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Array("root ::= \"yes\" | \"no\"".utf8), to: "answer.gbnf")
        #expect(["yes\n", "no\n"].contains(try run(["--grammar", file]).text))
        let object = try run(["--json-object", "-n", "30"])
        #expect(try JSONSerialization.jsonObject(with: object.data) is [String: Any])
    }

    @Test func anIncompleteAnswerFails() throws {
        let output = try run(["--json-schema", Self.schema, "-n", "2", "--json"])
        #expect(output.status == 1)
        struct Report: Decodable {
            let is_complete: Bool
            let finish_reason: String
        }
        let report = try output.json(as: Report.self)
        #expect(!report.is_complete && report.finish_reason == "maximum_tokens")
    }

    @Test(arguments: [
        (["--json-schema", #"{"type": "nothing"}"#], "#/type"),
        (["--json-schema", "/nowhere.json"], "no such file"),
        (["--json-object", "--grammar", "x"], "exclude each other"),
        (["--grammar", "-"], "1:1"),
    ])
    func refusesWithThePlace(arguments: [String], text: String) throws {
        let output = try run(arguments)
        #expect(output.status != 0)
        #expect(output.errors.contains(text), "\(output.errors)")
    }

    @Test func constraintsAreChecked() throws {
        let lines = """
            {"id": "a", "schema": {"type": "integer", "minimum": 10, "maximum": 12}}
            {"grammar": "root ::= root"}
            {"pattern": "a{3}"}

            {"id": "d", "choices": ["x", "yz"]}
            """
        let output = try CommandLineTool.run(
            ["constraint", "-m", "kjv-tiny", "--samples", "2", "-s", "4"], input: Data(lines.utf8))
        #expect(output.status == 1)
        struct Report: Decodable {
            struct Sample: Decodable {
                let text: String
                let is_complete: Bool
            }
            struct Failure: Decodable {
                let place: String
            }
            let id: String
            let least_bytes: Int?
            let error: Failure?
            let samples: [Sample]?
        }
        let reports = try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Report.self, from: Data($0.utf8))
        }
        #expect(reports.map(\.id) == ["a", "2", "3", "d"])
        #expect(reports.map(\.least_bytes) == [2, nil, 3, 1])
        #expect(reports[1].error?.place == "1:1")
        #expect(reports[2].samples?.map(\.text) == ["aaa", "aaa"])
        #expect(reports.allSatisfy { $0.samples?.allSatisfy(\.is_complete) ?? true })
    }
}
