/// Brings text to Unicode normalisation form C (UAX #15).
///
/// Text that is in form C already is only read. Bytes that are not UTF-8 stay where they are, and
/// nothing combines across them.
package struct CanonicalComposer {
    /// A scalar and its combining class.
    private struct Mark {
        var code: UInt32
        var combiningClass: UInt8
    }

    private let tables = CanonicalTables.shared
    private var composed: [UInt8] = []
    private var marks: [Mark] = []

    /// `text[section]` in form C, or nil if that changes nothing for certain.
    ///
    /// - Complexity: linear in the length of the section; n log n for n marks on one letter.
    package static func compose(_ text: [UInt8], _ section: Range<Int>) -> [UInt8]? {
        // The first byte of every scalar from U+0300 on is 0xCC or more.
        guard text[section].contains(where: { $0 >= 0xCC }) else { return nil }
        var composer = CanonicalComposer()
        return composer.run(text, section)
    }

    private mutating func run(_ text: [UInt8], _ section: Range<Int>) -> [UInt8]? {
        let end = section.upperBound
        var index = section.lowerBound
        var copied = index
        // Where the last stable scalar begins, which the next unstable one may combine with.
        var base = index
        while index < end {
            let step = DecodedScalar(text, at: index, end: end)
            guard step.kind != .scalar || tables.isStable(step.value) else {
                composed.append(contentsOf: text[copied..<base])
                index = composeSegment(text, from: base, end: end)
                copied = index
                base = index
                continue
            }
            base = step.kind == .scalar ? index : index + step.length
            index += step.length
        }
        guard copied > section.lowerBound else { return nil }
        composed.append(contentsOf: text[copied..<end])
        return composed
    }

    /// Composes the scalar at `start` with all unstable ones that follow; the end of these.
    private mutating func composeSegment(_ text: [UInt8], from start: Int, end: Int) -> Int {
        marks.removeAll(keepingCapacity: true)
        var index = start
        while index < end {
            let step = DecodedScalar(text, at: index, end: end)
            let belongs = index == start || !tables.isStable(step.value)
            guard step.kind == .scalar, belongs else { break }
            decompose(step.value)
            index += step.length
        }
        order()
        composeMarks()
        for mark in marks {
            guard let scalar = Unicode.Scalar(mark.code) else { continue }
            composed.append(contentsOf: String(scalar).utf8)
        }
        return index
    }

    /// Adds the full decomposition of a scalar to `marks`.
    private mutating func decompose(_ code: UInt32) {
        guard let parts = Hangul.decomposition(of: code) ?? tables.decomposition(of: code) else {
            marks.append(Mark(code: code, combiningClass: combiningClass(code)))
            return
        }
        decompose(parts.first)
        if parts.second != 0 { decompose(parts.second) }
    }

    /// Sorts each run of combining marks by class, keeping the order within a class.
    private mutating func order() {
        var start = 0
        while start < marks.count {
            var end = start + 1
            var isOrdered = true
            while end < marks.count, marks[end].combiningClass != 0 {
                isOrdered = isOrdered && marks[end - 1].combiningClass <= marks[end].combiningClass
                end += 1
            }
            if !isOrdered { sort(start..<end) }
            start = end
        }
    }

    private mutating func sort(_ run: Range<Int>) {
        let sorted = marks[run].enumerated().sorted {
            ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
        }
        marks.replaceSubrange(run, with: sorted.lazy.map(\.element))
    }

    /// Joins each mark with the letter before it, where a composite exists and no mark between
    /// them is of the same class or a higher one.
    private mutating func composeMarks() {
        var starter = -1
        var count = 0
        var last: UInt8 = 0
        for mark in marks {
            let isAdjacent = starter == count - 1
            if starter >= 0, isAdjacent || last < mark.combiningClass,
                let composite = tables.composite(marks[starter].code, mark.code)
            {
                marks[starter].code = composite
                continue
            }
            if mark.combiningClass == 0 { starter = count }
            last = mark.combiningClass
            marks[count] = mark
            count += 1
        }
        marks.removeSubrange(count...)
    }
}
