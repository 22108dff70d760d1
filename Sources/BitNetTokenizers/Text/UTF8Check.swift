/// Finds and repairs bytes that are not UTF-8.
package enum UTF8Check {
    /// The position of the first byte that is part of no Unicode scalar; nil in well-formed text.
    ///
    /// - Complexity: linear in the length of the text.
    package static func firstIllFormed(in text: [UInt8]) -> Int? {
        var index = 0
        while index < text.count {
            if text[index] < 0x80 {
                index += 1
                continue
            }
            let step = DecodedScalar(text, at: index, end: text.count)
            guard step.kind == .scalar else { return index }
            index += step.length
        }
        return nil
    }

    /// The text with U+FFFD in the place of each maximal ill-formed subpart.
    package static func repaired(_ text: [UInt8]) -> [UInt8] {
        var repairer = UTF8Repairer()
        return Array(repairer.append(text).utf8) + Array(repairer.finish().utf8)
    }
}
