import BitNetTokenizers
import BitNetTraining
import Testing

@Suite struct InstructionTaskTests {
    @Test func examplesAreTheSameForASeedAndFitTheirFormat() throws {
        let examples = InstructionTask.examples(300, seed: 9)
        #expect(examples.map(\.answer) == InstructionTask.examples(300, seed: 9).map(\.answer))
        #expect(examples.map(\.word) != InstructionTask.examples(300, seed: 10).map(\.word))
        #expect(Set(examples.map(\.word)).count > 150)
        for example in examples {
            #expect(InstructionTask.answeredWord(example.answer) == example.word)
            #expect(!InstructionTask.followsFormat(example.rejected))
            #expect(example.question.contains(example.word))
        }
        for wrong in ["", "ANSWER: .", "ANSWER: a", "answer: a.", "ANSWER: a b.", "ANSWER: a.."] {
            #expect(!InstructionTask.followsFormat(wrong))
        }
    }

    @Test func theDataSetsReadThem() throws {
        let examples = InstructionTask.examples(200, seed: 1)
        let tokenizer = try ChatFixtures.tokenizer.get()
        let data = try ChatFixtures.dataset(InstructionTask.conversations(examples))
        #expect(
            data.sequences.map { $0.trainedTexts(tokenizer) }
                == examples.map { [$0.answer + "<|eot_id|>"] })
        let preferences = try ChatFixtures.preferences(InstructionTask.preferences(examples))
        #expect(preferences.pairs.map(\.chosen) == data.sequences)
        #expect(
            preferences.pairs.map { $0.rejected.trainedTexts(tokenizer) }
                == examples.map { [$0.rejected + "<|eot_id|>"] })
    }
}
