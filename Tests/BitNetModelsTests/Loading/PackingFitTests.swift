import BitNetTensors
import Testing

@testable import BitNetModels

/// Which packing is taken when memory is scarce.
@Suite struct PackingFitTests {
    /// 1,000 bytes at two bits, 800 in base 3.
    private func bytes(_ packing: TernaryPacking) -> Int { packing == .twoBit ? 1000 : 800 }

    private func packing(_ choice: PackChoice, available: Int?) -> TernaryPacking? {
        PackingFit(available: available).packing(choice, bytes: bytes)
    }

    @Test func automaticTakesTwoBitsWhereTheyFit() {
        #expect(packing(.automatic, available: nil) == .twoBit)
        #expect(packing(.automatic, available: 1 << 40) == .twoBit)
        #expect(packing(.automatic, available: 1200) == .twoBit)
    }

    @Test func automaticTakesBase3WhereOnlyItFits() {
        #expect(packing(.automatic, available: 1100) == .base3)
        #expect(packing(.automatic, available: 900) == .base3)
        // Without a tenth to spare, but it fits.
        #expect(packing(.automatic, available: 800) == .base3)
    }

    @Test func whatIsMeasuredToBeFasterIsPreferred() {
        let fit = PackingFit(available: 1 << 40)
        #expect(fit.packing(.automatic, preferred: .base3, bytes: bytes) == .base3)
        #expect(fit.packing(.twoBit, preferred: .base3, bytes: bytes) == .twoBit)
        let scarce = PackingFit(available: 1100)
        #expect(scarce.packing(.automatic, preferred: .twoBit, bytes: bytes) == .base3)
    }

    @Test func whatIsAskedForIsTaken() {
        #expect(packing(.base3, available: 1 << 40) == .base3)
        #expect(packing(.twoBit, available: 1000) == .twoBit)
    }

    @Test func whatFitsNowhereIsRefused() {
        #expect(packing(.automatic, available: 799) == nil)
        #expect(packing(.twoBit, available: 999) == nil)
        #expect(packing(.base3, available: 799) == nil)
        let fit = PackingFit(available: 900)
        let error = fit.refusal(.twoBit, file: "m.gguf", bytes: bytes)
        for part in ["m.gguf", "1000", "800", "900", "--pack base3"] {
            #expect("\(error)".contains(part))
        }
        let none = PackingFit(available: 700).refusal(.automatic, file: "m.gguf", bytes: bytes)
        #expect("\(none)".contains("smaller model"))
    }

    @Test func thisMachineTells() {
        let available = ProcessMemory.availableBytes
        #expect(available.map { $0 > 1 << 20 } ?? true)
    }
}
