import BitNetGeneration
import Foundation
import Testing

@Suite struct SamplingGeneratorTests {
    @Test func splitMixGivesThePublishedNumbers() {
        var generator = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect((0..<5).map { _ in generator.next() } == expected)
    }

    @Test func xoshiroGivesThePublishedNumbers() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
            607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
            10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
        ]
        #expect((0..<10).map { _ in generator.next() } == expected)
    }

    @Test func aSeedIsSpreadBySplitMix() {
        var splitMix = SplitMix64(state: 0)
        let words = (0..<4).map { _ in splitMix.next() }
        let spread = SeededGenerator(state: (words[0], words[1], words[2], words[3]))
        #expect(SeededGenerator(seed: 0) == spread)
        #expect(SeededGenerator(seed: 0) != SeededGenerator(seed: 1))
    }

    @Test func unitNumbersFillTheUnitInterval() {
        var generator = SeededGenerator(seed: 12)
        let doubles = (0..<20_000).map { _ in generator.nextUnitDouble() }
        let floats = (0..<20_000).map { _ in Double(generator.nextUnitFloat()) }
        for numbers in [doubles, floats] {
            #expect(numbers.allSatisfy { (0..<1).contains($0) })
            // Five standard errors of the mean, sqrt(1 / 12 / 20000) each.
            #expect(abs(numbers.reduce(0, +) / 20_000 - 0.5) < 0.0103)
            #expect((numbers.min() ?? 1) < 0.001 && (numbers.max() ?? 0) > 0.999)
        }
    }

    @Test func exponentialIsWithinTwoUnitsInTheLastPlace() throws {
        let worst = (0...200_000).map { step in
            let x = Float(step) * -87 / 200_000
            return abs(Double(exponential(x)) / exp(Double(x)) - 1)
        }.max()
        #expect(try #require(worst) <= 2.4e-7)
        #expect(exponential(0) == 1)
        for x: Float in [-87.01, -1e9, -.infinity] {
            #expect(exponential(x) == 0)
        }
    }
}
