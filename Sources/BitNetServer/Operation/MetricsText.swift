#if Server
/// Writes metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    /// What a metric counts, and how.
    enum Kind: String {
        case counter, gauge, histogram
    }

    /// The lines that say what a metric is.
    mutating func describe(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A metric with one value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        describe(name, kind, help)
        sample(name, [], value)
    }

    /// One value of a metric that has several.
    mutating func sample(
        _ name: String, _ labels: [(name: String, value: String)], _ value: Int
    ) {
        text += "\(name)\(Self.text(labels)) \(value)\n"
    }

    /// A histogram with its buckets, which add up.
    mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        describe(name, .histogram, help)
        var total = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            total += count
            sample("\(name)_bucket", [("le", "\(bound)")], total)
        }
        total += histogram.counts[histogram.bounds.count]
        sample("\(name)_bucket", [("le", "+Inf")], total)
        text += "\(name)_sum \(histogram.sum)\n"
        sample("\(name)_count", [], total)
    }

    private static func text(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}
#endif
