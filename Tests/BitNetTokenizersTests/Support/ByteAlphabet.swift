/// GPT-2's alphabet, written down a second time so that the tests do not use what they test.
enum ByteAlphabet {
    /// The UTF-8 bytes of the character that stands for each byte.
    static let characters: [[UInt8]] = {
        let printable = Set(Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF))
        var next: UInt32 = 256
        return (0..<256).map { byte in
            var number = UInt32(byte)
            if !printable.contains(byte) {
                number = next
                next += 1
            }
            return Array(String(Unicode.Scalar(number).map(Character.init) ?? "?").utf8)
        }
    }()

    /// `bytes` in the alphabet.
    static func spell(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { characters[Int($0)] }
    }
}
