extension TOMLDocument {
    /// The values that nobody asked for in the order of the file, then the tables of which nobody
    /// asked for a key.
    public var unread: [String] {
        let tables = headers.keys.filter { table in
            !keys.contains { $0.hasPrefix(table + ".") }
                && !asked.contains { $0.hasPrefix(table + ".") }
        }
        return keys.filter { !asked.contains($0) }
            + tables.sorted { headers[$0, default: 0] < headers[$1, default: 0] }
    }

    /// Throws if there is a key that nobody asked for, with the nearest known key as a suggestion.
    public func refuseUnread() throws(TrainingError) {
        guard let key = unread.first else { return }
        let line = values[key]?.line ?? headers[key, default: 0]
        let hint = suggestion(for: key).map { "did you mean \($0)?" } ?? "remove it"
        throw TrainingError(
            .invalidConfiguration, file: "\(file):\(line)",
            "unknown \(values[key] == nil ? "table" : "key") \(key); \(hint)")
    }

    /// The known key nearest to a misspelt or misplaced one; nil when none is near.
    private func suggestion(for key: String) -> String? {
        let nearest = asked.filter { values[$0] == nil }.map { (distance(key, $0), $0) }.min(by: <)
        guard let (distance, name) = nearest, distance <= max(2, key.utf8.count / 3) else {
            return nil
        }
        return name
    }

    /// Edits between two keys; 1 for a key that stands in another table.
    private func distance(_ key: String, _ known: String) -> Int {
        let edits = EditDistance.between(Array(key.utf8), Array(known.utf8))
        let isMisplaced = key.split(separator: ".").last == known.split(separator: ".").last
        return isMisplaced ? min(edits, 1) : edits
    }
}

/// The Levenshtein distance: how many bytes to insert, delete or replace.
enum EditDistance {
    /// - Complexity: O(n · m), in memory O(m).
    static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (byte == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
