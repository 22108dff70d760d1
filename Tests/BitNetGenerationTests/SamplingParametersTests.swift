import BitNetGeneration
import Foundation
import Testing

@Suite struct SamplingParametersTests {
    @Test func defaultsAndGreedyAreValid() throws {
        try GenerationParameters().validate()
        try GenerationParameters.greedy.validate()
    }

    @Test func boundsAreValid() throws {
        try GenerationParameters(
            maximumTokens: 0, temperature: 0, topK: 0, topP: 0, minP: 1, typicalP: 0,
            repetitionPenalty: .leastNonzeroMagnitude, repetitionWindow: -1, presencePenalty: -2,
            frequencyPenalty: -2, logitBias: [0: -.infinity, 1: .infinity], stopStrings: ["a"],
            maximumDraftTokens: .max
        ).validate()
    }

    @Test(arguments: [
        ("temperature", GenerationParameters(temperature: .nan)),
        ("temperature", GenerationParameters(temperature: -0.1)),
        ("temperature", GenerationParameters(temperature: .infinity)),
        ("topK", GenerationParameters(topK: -1)),
        ("topP", GenerationParameters(topP: 1.01)),
        ("topP", GenerationParameters(topP: .nan)),
        ("minP", GenerationParameters(minP: -0.01)),
        ("typicalP", GenerationParameters(typicalP: 2)),
        ("repetitionPenalty", GenerationParameters(repetitionPenalty: 0)),
        ("repetitionPenalty", GenerationParameters(repetitionPenalty: .infinity)),
        ("repetitionWindow", GenerationParameters(repetitionWindow: -2)),
        ("presencePenalty", GenerationParameters(presencePenalty: .nan)),
        ("frequencyPenalty", GenerationParameters(frequencyPenalty: -.infinity)),
        ("logitBias", GenerationParameters(logitBias: [7: .nan])),
        ("logitBias", GenerationParameters(logitBias: [-7: 1])),
        ("maximumTokens", GenerationParameters(maximumTokens: -1)),
        ("stopStrings", GenerationParameters(stopStrings: ["a", ""])),
        ("maximumDraftTokens", GenerationParameters(maximumDraftTokens: -1)),
    ])
    func invalidFieldsAreNamed(field: String, parameters: GenerationParameters) throws {
        let error = try #require(throws: GenerationParameterError.self) {
            try parameters.validate()
        }
        #expect(error.field == field)
    }

    @Test func theMessageSaysWhatWasFoundAndWhatIsExpected() {
        let error = GenerationParameterError(
            field: "topP", found: "1.5", expected: "from 0 to 1 (1 is off)")
        #expect(throws: error) { try GenerationParameters(topP: 1.5).validate() }
        #expect(
            error.description
                == "Generation parameter 'topP' is 1.5; it must be from 0 to 1 (1 is off).")
    }

    @Test func codingKeepsEveryField() throws {
        let parameters = GenerationParameters(
            maximumTokens: 7, temperature: 0.5, topK: 3, topP: 0.25, minP: 0.125, typicalP: 0.75,
            repetitionPenalty: 1.5, repetitionWindow: 9, presencePenalty: 0.25,
            frequencyPenalty: -0.5, logitBias: [5: 1.5, 6: -.infinity, 70: .infinity],
            seed: .max, stopStrings: ["\n", "é"], ignoreEndOfText: true,
            maximumDraftTokens: 3)
        let data = try JSONEncoder().encode(parameters)
        #expect(try JSONDecoder().decode(GenerationParameters.self, from: data) == parameters)
    }

    @Test func absentFieldsHaveTheirDefaults() throws {
        let json = Data(#"{"topK": 3, "seed": null, "logitBias": {"12": "-inf", "4": 2}}"#.utf8)
        let expected = GenerationParameters(topK: 3, logitBias: [12: -.infinity, 4: 2])
        #expect(try JSONDecoder().decode(GenerationParameters.self, from: json) == expected)
    }

    @Test(arguments: [#"{"logitBias": {"4": "much"}}"#, #"{"topK": "many"}"#])
    func valuesOfTheWrongTypeAreErrors(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(GenerationParameters.self, from: Data(json.utf8))
        }
    }
}
