/// Numbers as the labels of a plot show them.
enum PlotNumber {
    /// `value` with exactly `digits` digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 1e18 else { return "\(value)" }
        let magnitude = String(Int(abs(scaled)))
        let padded = String(repeating: "0", count: max(0, digits + 1 - magnitude.count)) + magnitude
        let sign = scaled < 0 ? "−" : ""
        guard digits > 0 else { return sign + padded }
        return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// A whole number with commas between groups of three digits.
    static func grouped(_ value: Int) -> String {
        var text = ""
        let digits = Array(String(value.magnitude))
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return (value < 0 ? "−" : "") + text
    }

    /// A count of parameters or tokens in three figures: "4.19 M".
    static func short(_ value: Int) -> String {
        for (unit, size) in [("B", 1e9), ("M", 1e6), ("K", 1e3)] where Double(value) >= size {
            let amount = Double(value) / size
            return fixed(amount, amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0) + " " + unit
        }
        return "\(value)"
    }

    /// A power of ten, with raised digits: "10⁻³".
    static func powerOfTen(_ exponent: Int) -> String {
        let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { raised[$0] } }
        return "10" + (exponent < 0 ? "⁻" : "") + String(digits)
    }
}
