import ArgumentParser

/// A number of bytes: "65536", "64K", "16M", "2G", in units of 1,024.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
        let unit = argument.last.flatMap { units[Character($0.uppercased())] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard let count = Int(digits), count >= 0,
            case let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << (unit ?? 0)),
            !overflow
        else { return nil }
        self.bytes = bytes
    }

    /// The number in the largest unit that leaves no rest.
    var description: String {
        let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")]
        for (shift, name) in units where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(name)"
        }
        return "\(bytes)"
    }

    var defaultValueDescription: String { description }
}
