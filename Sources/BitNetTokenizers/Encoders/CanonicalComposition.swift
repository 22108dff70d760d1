import Foundation

/// `text` in Unicode normalisation form C.
///
/// ASCII text is returned as it is, and so is text that is not UTF-8: normalising it would lose
/// its ill-formed bytes.
func canonicallyComposed(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    guard let string = String(validating: text, as: UTF8.self) else { return text }
    return Array(string.precomposedStringWithCanonicalMapping.utf8)
}
