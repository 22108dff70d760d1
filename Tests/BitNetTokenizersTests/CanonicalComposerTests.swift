import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Normalisation form C against Python's `unicodedata2` (Unicode 17).
struct CanonicalComposerTests {
    /// Texts with their forms C and D.
    private struct Case {
        let source: [UInt8]
        let composed: [UInt8]
        let decomposed: [UInt8]

        init?(_ line: Substring) {
            let fields = line.split(separator: ";", omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            let texts = fields.map { field in
                let scalars = field.split(separator: " ").compactMap { UInt32($0, radix: 16) }
                    .compactMap(Unicode.Scalar.init)
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars)
                return Array(String(text).utf8)
            }
            (source, composed, decomposed) = (texts[0], texts[1], texts[2])
        }
    }

    private func compose(_ text: [UInt8]) -> [UInt8] {
        CanonicalComposer.compose(text, text.indices) ?? text
    }

    @Test func composesLikePython() throws {
        let data = try Data(contentsOf: Fixtures.url("normalization/composition.txt"))
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
        let cases = lines.compactMap { Case($0) }
        #expect(cases.count == lines.count)
        #expect(cases.count > 2500)
        for item in cases {
            #expect(compose(item.source) == item.composed, "\(item.source)")
            #expect(compose(item.composed) == item.composed, "\(item.composed)")
            #expect(compose(item.decomposed) == item.composed, "\(item.decomposed)")
        }
    }

    @Test func leavesComposedTextAlone() {
        for text in ["", "plain text", "Größe, façade", "Ελληνικά и русский", "漢字かな", "한국어"] {
            let bytes = Array(text.utf8)
            #expect(CanonicalComposer.compose(bytes, bytes.indices) == nil)
        }
    }

    @Test func keepsIllFormedBytes() {
        let mark: [UInt8] = [0xCC, 0x81]
        #expect(compose([0xFF, 0x65] + mark + [0xE2, 0x82]) == [0xFF, 0xC3, 0xA9, 0xE2, 0x82])
        #expect(compose([0x65, 0xFF] + mark) == [0x65, 0xFF] + mark)
        #expect(compose([0x65] + mark + [0xCC]) == [0xC3, 0xA9, 0xCC])
    }

    @Test func readsTheSectionOnly() {
        let text = Array("e\u{301}e\u{301}\u{323}".utf8)
        #expect(CanonicalComposer.compose(text, 0..<1) == nil)
        #expect(CanonicalComposer.compose(text, 3..<text.count - 2) == Array("é".utf8))
    }

    @Test func sortsManyMarksInGoodTime() {
        let count = 100_000
        let text = "e" + String(repeating: "\u{301}\u{323}", count: count)
        let composed = compose(Array(text.utf8))
        let expected =
            "\u{1EB9}" + String(repeating: "\u{323}", count: count - 1)
            + String(repeating: "\u{301}", count: count)
        #expect(composed.elementsEqual(expected.utf8))
    }
}
