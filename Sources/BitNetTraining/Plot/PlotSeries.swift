/// Smoothing and thinning of curves.
enum PlotSeries {
    /// Means over `window` values around each; NaN where a value is.
    ///
    /// Near the beginning, where losses fall steeply, the window is as small as it must be to
    /// remain symmetric; at the end it is cut.
    ///
    /// - Complexity: O(n).
    static func smoothed(_ values: [Double], window: Int) -> [Double] {
        let half = max(window, 1) / 2
        var sums = [0.0]
        var counts = [0]
        for value in values {
            let isNumber = value.isFinite
            sums.append(sums[sums.count - 1] + (isNumber ? value : 0))
            counts.append(counts[counts.count - 1] + (isNumber ? 1 : 0))
        }
        return values.indices.map { index in
            let reach = min(half, index)
            let (lower, upper) = (index - reach, min(index + reach + 1, values.count))
            guard values[index].isFinite else { return .nan }
            return (sums[upper] - sums[lower]) / Double(counts[upper] - counts[lower])
        }
    }

    /// The lowest and the highest point in each of `count` columns between `start` and `end`, so
    /// that no peak is lost.
    ///
    /// At most `2 · count` points, in order; points without a value stay.
    static func thinned(
        _ points: [(x: Double, y: Double)], from start: Double, to end: Double, columns count: Int
    ) -> [(x: Double, y: Double)] {
        guard points.count > 2 * count else { return points }
        var result: [(x: Double, y: Double)] = []
        var index = 0
        while index < points.count {
            let column = Self.column(points[index].x, start, end, count)
            var next = index + 1
            while next < points.count, Self.column(points[next].x, start, end, count) == column {
                next += 1
            }
            result += extremes(points[index..<next])
            index = next
        }
        return result
    }

    private static func column(_ x: Double, _ start: Double, _ end: Double, _ count: Int) -> Int {
        min(Int((x - start) / (end - start) * Double(count)), count - 1)
    }

    /// The lowest and the highest point of a column; one without a value if there is any.
    private static func extremes(
        _ points: ArraySlice<(x: Double, y: Double)>
    ) -> [(x: Double, y: Double)] {
        if let gap = points.first(where: { !$0.y.isFinite }) { return [gap] }
        guard let low = points.indices.min(by: { points[$0].y < points[$1].y }),
            let high = points.indices.max(by: { points[$0].y < points[$1].y })
        else { return [] }
        return low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
    }
}
