/// Numbers as people read them.
enum NumberFormat {
    /// `value` with exactly `digits` digits behind the point; "nan" and "inf" as they are.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard scaled.isFinite, abs(scaled) < 1e18 else { return "\(value)" }
        let magnitude = String(Int(abs(scaled)))
        let padded = String(repeating: "0", count: max(0, digits + 1 - magnitude.count)) + magnitude
        let sign = scaled < 0 ? "-" : ""
        guard digits > 0 else { return sign + padded }
        return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// A number of bytes in binary units: "521.3 MiB".
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return (unit == 0 ? "\(count)" : fixed(value, 2)) + " " + units[unit]
    }

    /// A large number in decimal units: "2.41 B" for billions, "2.9 M".
    static func count(_ value: Int) -> String {
        switch value {
        case 1_000_000_000...: fixed(Double(value) / 1e9, 2) + " B"
        case 1_000_000...: fixed(Double(value) / 1e6, 2) + " M"
        case 10_000...: fixed(Double(value) / 1e3, 1) + " K"
        default: "\(value)"
        }
    }

    /// One digit in front of the point and two behind it: "1.25e-06".
    static func scientific(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        var mantissa = abs(value)
        var exponent = 0
        while mantissa >= 9.995 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 0.9995 {
            mantissa *= 10
            exponent -= 1
        }
        let digits = String(abs(exponent))
        return (value < 0 ? "-" : "") + fixed(mantissa, 2) + (exponent < 0 ? "e-" : "e+")
            + (digits.count < 2 ? "0" : "") + digits
    }
}
