import BitNetTraining
import Testing

@Suite struct CommunicatorTests {
    @Test func aSingleProcessSumsToItself() {
        let alone = SingleProcess()
        #expect(alone.sum([1.5, -2]) == [1.5, -2])
        #expect(alone.broadcast([7, 8]) == [7, 8])
    }
}
