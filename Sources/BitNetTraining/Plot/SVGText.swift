/// Parts of an SVG file as text.
enum SVGText {
    /// Text for elements and attributes: markup escaped, characters that XML 1.0 does not allow
    /// replaced.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `text`, or its beginning with an ellipsis, of at most `count` characters.
    static func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }

    /// A coordinate with at most one digit behind the point.
    static func coordinate(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let rest = abs(tenths % 10)
        let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths / 10))"
        return rest == 0 ? (tenths == 0 ? "0" : whole) : "\(whole).\(rest)"
    }

    /// A line of text.
    static func label(
        _ x: Double, _ y: Double, _ text: String, role: String = "faint", size: Int = 12,
        weight: Int = 400, anchor: String = "start"
    ) -> String {
        "<text x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" class=\"fill-\(role)\" "
            + "font-size=\"\(size)\" font-weight=\"\(weight)\" text-anchor=\"\(anchor)\">"
            + "\(escaped(text))</text>"
    }

    /// A straight line.
    static func line(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), role: String,
        width: Double = 1, more: String = ""
    ) -> String {
        "<line x1=\"\(coordinate(start.x))\" y1=\"\(coordinate(start.y))\" "
            + "x2=\"\(coordinate(end.x))\" y2=\"\(coordinate(end.y))\" class=\"line-\(role)\" "
            + "stroke-width=\"\(coordinate(width))\"\(more)/>"
    }

    /// A line through points; it is broken where a point is not finite.
    static func curve(
        _ points: [(x: Double, y: Double)], role: String, width: Double, more: String = ""
    ) -> String {
        var data = ""
        var isBroken = true
        for point in points {
            guard point.y.isFinite else {
                isBroken = true
                continue
            }
            data += (isBroken ? "M" : "L") + coordinate(point.x) + " " + coordinate(point.y)
            isBroken = false
        }
        return "<path d=\"\(data)\" fill=\"none\" class=\"line-\(role)\" "
            + "stroke-width=\"\(coordinate(width))\" stroke-linejoin=\"round\" "
            + "stroke-linecap=\"round\"\(more)/>"
    }
}
