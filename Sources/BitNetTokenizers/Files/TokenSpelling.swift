/// How a file writes the bytes of a token as text.
package enum TokenSpelling: Sendable {
    /// GPT-2's alphabet: each byte is one printable character, a space is `Ġ`.
    case byteAlphabet
    /// SentencePiece's: text in which `▁` (U+2581) stands for a space.
    case lowerBlocks

    /// Adds the bytes that `text` stands for to `bytes`.
    ///
    /// Text with characters outside the alphabet stands for itself.
    func append(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        switch self {
        case .lowerBlocks:
            bytes.append(contentsOf: replacingLowerBlocks(text))
        case .byteAlphabet:
            let count = bytes.count
            guard !Self.appendAlphabet(text, to: &bytes) else { return }
            bytes.removeSubrange(count...)
            bytes.append(contentsOf: text)
        }
    }

    /// False as soon as a character is outside the alphabet.
    private static func appendAlphabet(
        _ text: ArraySlice<UInt8>, to bytes: inout [UInt8]
    ) -> Bool {
        let alphabet = alphabet
        var index = text.startIndex
        while index < text.endIndex {
            var value = Int(text[index])
            index += 1
            // The alphabet ends at U+0143, so its characters have one byte or two.
            if value & 0xE0 == 0xC0, index < text.endIndex {
                value = (value & 0x1F) << 6 | Int(text[index] & 0x3F)
                index += 1
            } else if value >= 0x80 {
                return false
            }
            guard value < alphabet.count, alphabet[value] >= 0 else { return false }
            bytes.append(UInt8(alphabet[value]))
        }
        return true
    }

    /// The byte of each character by its number, -1 for characters outside the alphabet.
    ///
    /// Printable bytes stand for themselves; the others take the numbers from 256, in their order.
    private static let alphabet: [Int16] = {
        var alphabet = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<0x100 {
            let isPrintable =
                (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            alphabet[isPrintable ? byte : next] = Int16(byte)
            if !isPrintable { next += 1 }
        }
        return alphabet
    }()

    /// The character of each byte in GPT-2's alphabet, as UTF-8.
    package static let byteCharacters: [[UInt8]] = {
        var characters = [[UInt8]](repeating: [], count: 256)
        for (value, byte) in alphabet.enumerated() where byte >= 0 {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            characters[Int(byte)] = Array(String(Character(scalar)).utf8)
        }
        return characters
    }()
}

/// The byte that a SentencePiece byte token such as `<0x0A>` stands for.
func byteOfByteToken(_ text: ArraySlice<UInt8>) -> UInt8? {
    guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">") else {
        return nil
    }
    let digits = text.dropFirst(3).prefix(2).compactMap(JSONValue.hexadecimalDigit)
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
}
