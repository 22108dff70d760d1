import ArgumentParser

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How a benchmark is printed.
enum BenchFormat: String, ExpressibleByArgument, CaseIterable {
    case md, csv, json, jsonl
}

/// Prints rows as they come (JSON as one list at the end).
struct BenchOutput {
    let format: BenchFormat
    let hasRoofline: Bool
    private var results: [BenchResult] = []

    init(_ format: BenchFormat, hasRoofline: Bool) {
        self.format = format
        self.hasRoofline = hasRoofline
    }

    /// What comes before the rows.
    func begin() throws {
        switch format {
        case .md:
            let rule = columns.map { name, width in
                String(repeating: "-", count: width + (name == "model" ? 2 : 1))
                    + (name == "model" ? "" : ":")
            }
            try StandardStreams.writeOutput(
                row(columns.map(\.name)) + "|" + rule.joined(separator: "|") + "|\n")
        case .csv:
            try StandardStreams.writeOutput(csvNames.joined(separator: ",") + "\n")
        case .json, .jsonl: break
        }
    }

    /// One row.
    mutating func add(_ result: BenchResult) throws {
        switch format {
        case .md:
            try StandardStreams.writeOutput(row(cells(result)))
            results.append(result)
        case .csv: try StandardStreams.writeOutput(csv(result))
        case .jsonl: try StandardStreams.writeOutput(JSONLines.line(result))
        case .json: results.append(result)
        }
    }

    /// What comes behind the rows.
    func end() throws {
        switch format {
        case .json: try StandardStreams.writeOutput(JSONFiles.text(results))
        case .md: try writeProfiles()
        case .csv, .jsonl: break
        }
    }

    /// A table of step times for each row that was profiled.
    private func writeProfiles() throws {
        for result in results {
            guard let profile = result.profile else { continue }
            let total = profile.reduce(0) { $0 + $1.microseconds }
            var text = "\n\(result.test), \(result.threads) threads:\n\n"
            text += "| step                  | µs a token |  share |  GB/s |\n"
            text += "|-----------------------|-----------:|-------:|------:|\n"
            for time in profile {
                let name = time.step + String(repeating: " ", count: max(0, 21 - time.step.count))
                let duration = Self.right(NumberFormat.fixed(time.microseconds, 1), 10)
                let share = Self.right(NumberFormat.fixed(100 * time.microseconds / total, 1), 4)
                let speed = time.bytesPerSecond.map { NumberFormat.fixed($0 / 1e9, 1) } ?? ""
                text += "| \(name) | \(duration) | \(share) % | \(Self.right(speed, 5)) |\n"
            }
            try StandardStreams.writeOutput(text)
        }
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Markdown columns with their least widths.
    private var columns: [(name: String, width: Int)] {
        let all = [
            ("model", 24), ("size", 10), ("params", 8), ("kernels", 11), ("threads", 7),
            ("batch", 5), ("peak memory", 11), ("test", 16), ("t/s", 20),
            ("zeros", 11),
        ]
        return all + (hasRoofline ? [("achieved", 12), ("bound", 27)] : [])
    }

    private func cells(_ result: BenchResult) -> [String] {
        let name = result.model.split(separator: "/").last.map(String.init) ?? result.model
        let cells = [
            name, NumberFormat.bytes(result.modelSize), NumberFormat.count(result.parameters),
            result.kernels, "\(result.threads)", "\(result.batch)",
            result.peakMemory.map(NumberFormat.bytes) ?? "?", result.test,
            "\(NumberFormat.fixed(result.averageSpeed, 2)) ± "
                + NumberFormat.fixed(result.deviation, 2), zeros(result),
        ]
        return cells + (hasRoofline ? result.roofline?.cells ?? ["", ""] : [])
    }

    /// Closed gates and zero inputs of the down projections, in percent.
    private func zeros(_ result: BenchResult) -> String {
        guard let gates = result.closedGates, let inputs = result.zeroInputs else { return "" }
        return "\(NumberFormat.fixed(100 * gates, 0)) / \(NumberFormat.fixed(100 * inputs, 0)) %"
    }

    private func row(_ cells: [String]) -> String {
        let padded = zip(cells, columns).map { cell, column in
            let fill = String(repeating: " ", count: max(0, column.width - cell.count))
            return column.name == "model" ? cell + fill : fill + cell
        }
        return "| " + padded.joined(separator: " | ") + " |\n"
    }

    private var csvNames: [String] {
        let keys: [BenchResult.CodingKeys] = [
            .cpu, .kernels, .model, .modelType, .modelSize, .parameters, .threads, .batch,
            .cacheFormat, .prompt, .generation, .depth, .test, .loadSeconds, .peakMemory,
            .averageNanoseconds, .deviationNanoseconds, .averageSpeed, .deviation, .closedGates,
            .zeroInputs,
        ]
        let roofline = ["bound", "achieved", "peak", "fraction"]
        return keys.map(\.rawValue) + (hasRoofline ? roofline : [])
    }

    private func csv(_ result: BenchResult) -> String {
        var cells = [
            result.cpu, result.kernels, result.model, result.modelType, "\(result.modelSize)",
            "\(result.parameters)", "\(result.threads)", "\(result.batch)", result.cacheFormat,
            "\(result.prompt)", "\(result.generation)", "\(result.depth)", result.test,
            "\(result.loadSeconds)", result.peakMemory.map(String.init) ?? "",
            "\(result.averageNanoseconds)", "\(result.deviationNanoseconds)",
            "\(result.averageSpeed)", "\(result.deviation)",
            result.closedGates.map { "\($0)" } ?? "", result.zeroInputs.map { "\($0)" } ?? "",
        ]
        if hasRoofline {
            let use = result.roofline
            cells += [
                use?.bound ?? "", use.map { "\($0.achieved)" } ?? "",
                use.map { "\($0.peak)" } ?? "", use.map { "\($0.fraction)" } ?? "",
            ]
        }
        return cells.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
    }
}
