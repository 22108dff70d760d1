/// What the names of a TOML file were used for, so that none is used twice.
struct TOMLNames {
    private enum Use: Equatable {
        case value
        /// A table that has a header of its own.
        case header
        /// A table that only occurs in front of another's name in a header.
        case implied
        /// A table that dotted keys made, below the header in this line.
        case dotted(section: Int)
    }

    private var uses: [String: (use: Use, line: Int)] = [:]
    private(set) var headers: [String: Int] = [:]

    /// A path as text: bare parts as they are, others in quotation marks.
    static func joined(_ path: [String]) -> String {
        path.map { isBare($0) ? $0 : quoted($0) }.joined(separator: ".")
    }

    /// Notes the header `[path]`; returns what is wrong with it, or nil.
    mutating func addHeader(_ path: [String], line: Int) -> String? {
        for count in 1..<path.count {
            let name = Self.joined(Array(path.prefix(count)))
            if let found = uses[name], found.use == .value { return isValue(name, found.line) }
            if uses[name] == nil { uses[name] = (.implied, line) }
        }
        let name = Self.joined(path)
        if let found = uses[name], found.use != .implied {
            return found.use == .value ? isValue(name, found.line) : isTable(name, found.line)
        }
        uses[name] = (.header, line)
        headers[name] = line
        return nil
    }

    /// Notes the key `path` in the table `table`, whose header stands in line `section`; returns
    /// what is wrong with it, or nil.
    mutating func addValue(_ path: [String], in table: [String], section: Int, line: Int)
        -> String?
    {
        for count in 1..<path.count {
            let name = Self.joined(table + path.prefix(count))
            guard let found = uses[name] else {
                uses[name] = (.dotted(section: section), line)
                continue
            }
            if found.use == .value { return isValue(name, found.line) }
            if found.use != .dotted(section: section) { return isTable(name, found.line) }
        }
        let name = Self.joined(table + path)
        if let found = uses[name] {
            return found.use == .value
                ? "the key \(name) is already set in line \(found.line); remove one of the two"
                : "\(name) is already a table in line \(found.line); choose another name"
        }
        uses[name] = (.value, line)
        return nil
    }

    private func isValue(_ name: String, _ line: Int) -> String {
        "\(name) is already a value in line \(line) and cannot be a table; choose another name"
    }

    private func isTable(_ name: String, _ line: Int) -> String {
        "the table \(name) is already there in line \(line); put its keys together"
    }

    private static func isBare(_ part: String) -> Bool {
        !part.isEmpty && part.utf8.allSatisfy(TOMLParser.isBareKeyByte)
    }

    private static func quoted(_ part: String) -> String {
        let scalars = part.unicodeScalars.map { scalar in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            if scalar.value >= 0x20, scalar.value != 0x7F { return "\(scalar)" }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"" + scalars.joined() + "\""
    }
}
