/// The scalars of a template, with the places of its lines.
struct TemplateSource {
    let scalars: [Unicode.Scalar]
    private let lineStarts: [Int]

    /// Normalizes line ends to `\n` and drops one at the end, as Jinja does
    /// (`keep_trailing_newline` off).
    init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" || scalar == "\n" && previous != "\r" {
                scalars.append("\n")
            } else if scalar != "\n" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        self.scalars = scalars
        lineStarts = [0] + scalars.indices.lazy.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    var count: Int { scalars.count }

    /// The scalar at `index`, or `nil` past the end.
    subscript(index: Int) -> Unicode.Scalar? {
        index >= 0 && index < scalars.count ? scalars[index] : nil
    }

    /// The text of a range of scalars.
    func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    /// The line and column of a scalar, both counted from 1.
    func place(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - lineStarts[low] + 1)
    }

    func error(_ code: ChatTemplateError.Code, _ message: String, at offset: Int)
        -> ChatTemplateError
    {
        let place = place(of: offset)
        return ChatTemplateError(
            code: code, message: message, line: place.line, column: place.column)
    }
}
