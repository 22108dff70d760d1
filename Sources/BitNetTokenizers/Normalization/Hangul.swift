/// The arithmetic of Hangul syllables (Unicode 3.12, "Conjoining Jamo Behavior").
enum Hangul {
    /// The vowels, which follow an initial consonant.
    static let vowels: Range<UInt32> = 0x1161..<0x1176
    /// The final consonants, which follow a syllable without one.
    static let finals: Range<UInt32> = 0x11A8..<0x11C3

    private static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
    private static let initials: Range<UInt32> = 0x1100..<0x1113
    /// Syllables come in groups of 28: one without a final consonant, then one for each.
    private static let group: UInt32 = 28

    /// A syllable's first part, which may be a syllable itself, and its last letter.
    static func decomposition(of code: UInt32) -> (first: UInt32, second: UInt32)? {
        guard syllables.contains(code) else { return nil }
        let index = code - syllables.lowerBound
        let final = index % group
        if final > 0 { return (code - final, finals.lowerBound - 1 + final) }
        let (initial, vowel) = (index / group).quotientAndRemainder(
            dividingBy: UInt32(vowels.count))
        return (initials.lowerBound + initial, vowels.lowerBound + vowel)
    }

    /// The syllable that an initial and a vowel, or a syllable and a final, make.
    static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if initials.contains(first), vowels.contains(second) {
            let letters = (first - initials.lowerBound) * UInt32(vowels.count)
            return syllables.lowerBound + (letters + second - vowels.lowerBound) * group
        }
        guard syllables.contains(first), (first - syllables.lowerBound) % group == 0,
            finals.contains(second)
        else { return nil }
        return first + second - (finals.lowerBound - 1)
    }
}
