import BitNetEvaluation
import Foundation
import Testing

struct LogSoftmaxTests {
    @Test func equalLogitsAreEquallyLikely() {
        let value = LogSoftmax.value([7, 7, 7, 7], token: 2)
        #expect(abs(value + log(4)) < 1e-15)
    }

    @Test func logarithmsOfCountsGiveProbabilities() {
        let logits = [1, 2, 5].map { Float(log(Double($0))) }
        #expect(abs(LogSoftmax.value(logits, token: 2) - log(5.0 / 8)) < 1e-7)
    }

    @Test func largeLogitsDoNotOverflow() {
        #expect(abs(LogSoftmax.value([30000, 29990], token: 1) + 10) < 1e-3)
        #expect(LogSoftmax.value([-30000, 0], token: 0) == -30000)
    }

    @Test func notANumberIsKept() {
        #expect(LogSoftmax.value([0, .nan], token: 0).isNaN)
    }
}
