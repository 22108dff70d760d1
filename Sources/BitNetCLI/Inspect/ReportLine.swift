/// A line of a report: a name and its value.
struct ReportLine {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Lines with the values below each other.
    static func text(_ lines: [ReportLine]) -> String {
        let width = lines.reduce(0) { max($0, $1.name.count) }
        return lines.map { line in
            let fill = String(repeating: " ", count: width - line.name.count + 2)
            return line.name + fill + line.value + "\n"
        }.joined()
    }
}
