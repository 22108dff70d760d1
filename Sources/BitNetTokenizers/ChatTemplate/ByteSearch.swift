/// Finds a byte string in others in time linear in their lengths (Knuth, Morris and Pratt 1977),
/// so that no template can make a search quadratic.
///
/// In UTF-8 a match of bytes is a match of scalars.
struct ByteSearch {
    private let needle: [UInt8]
    /// For each prefix of the needle, the length of its longest border.
    private let borders: [Int]

    /// Prepares the search for `text`, which must not be empty.
    init(_ text: [UInt8]) {
        needle = text
        var borders = [Int](repeating: 0, count: text.count)
        var length = 0
        for index in text.indices.dropFirst() {
            while length > 0, text[index] != text[length] { length = borders[length - 1] }
            if text[index] == text[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// The starts of matches in `haystack` from left to right, at most `limit`; matches do not
    /// overlap unless `overlapping`.
    func matches(
        in haystack: some Collection<UInt8>, limit: Int = .max, overlapping: Bool = false
    ) -> [Int] {
        var found: [Int] = []
        var length = 0
        guard limit > 0 else { return found }
        for (index, byte) in haystack.enumerated() {
            while length > 0, byte != needle[length] { length = borders[length - 1] }
            if byte == needle[length] { length += 1 }
            guard length == needle.count else { continue }
            found.append(index + 1 - length)
            length = overlapping ? borders[length - 1] : 0
            if found.count == limit { break }
        }
        return found
    }
}

extension String {
    /// Whether the string has `text` somewhere.
    func containsText(_ text: String) -> Bool {
        text.isEmpty || !ByteSearch(Array(text.utf8)).matches(in: utf8, limit: 1).isEmpty
    }

    /// The parts between matches of `separator`, which must not be empty, at most `limit` splits,
    /// counted from the end if `fromEnd`.
    func parts(separatedBy separator: String, limit: Int = .max, fromEnd: Bool = false) -> [String]
    {
        let bytes = Array(utf8)
        let length = separator.utf8.count
        let starts: [Int]
        if fromEnd {
            let search = ByteSearch(separator.utf8.reversed())
            starts = search.matches(in: bytes.reversed(), limit: limit).reversed().map {
                bytes.count - $0 - length
            }
        } else {
            starts = ByteSearch(Array(separator.utf8)).matches(in: bytes, limit: limit)
        }
        var parts: [String] = []
        var position = 0
        for start in starts {
            parts.append(String(decoding: bytes[position..<start], as: UTF8.self))
            position = start + length
        }
        parts.append(String(decoding: bytes[position...], as: UTF8.self))
        return parts
    }

    /// The number of the scalar where `text` is found first or last, or -1.
    func scalarOffset(of text: String, last: Bool = false) -> Int {
        guard !text.isEmpty else { return last ? unicodeScalars.count : 0 }
        let search = ByteSearch(Array(text.utf8))
        let found =
            last
            ? search.matches(in: utf8, overlapping: true).last
            : search.matches(in: utf8, limit: 1).first
        guard let found else { return -1 }
        return utf8.prefix(found).lazy.filter { $0 & 0xC0 != 0x80 }.count
    }
}
