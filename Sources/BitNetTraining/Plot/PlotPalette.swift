/// The colours of a plot by role.
///
/// Ternary runs are shades of orange, the colour that the project's
/// charts use for it, full-precision ones shades of blue: two hues that no colour blindness
/// confuses.
struct PlotPalette {
    let ground: String
    let text: String
    let faint: String
    let grid: String
    let ternary: [String]
    let full: [String]

    static let light = PlotPalette(
        ground: "#ffffff", text: "#1d1d1f", faint: "#5f6368", grid: "#e8eaee",
        ternary: ["#e8590c", "#a33b00", "#f2a05c"], full: ["#1b6ec2", "#0b3f7a", "#74aee8"])
    static let dark = PlotPalette(
        ground: "#15171a", text: "#f2f2f4", faint: "#a4abb3", grid: "#2b3036",
        ternary: ["#ff8a3d", "#ffbd8a", "#c9601a"], full: ["#5aa9f5", "#a9d3ff", "#3178bd"])

    /// The classes of elements: `fill-ROLE` and `line-ROLE`.
    static func styleSheet(_ theme: PlotOptions.Theme) -> [String] {
        switch theme {
        case .light: light.rules
        case .dark: dark.rules
        case .automatic:
            light.rules + ["@media (prefers-color-scheme: dark) {"]
                + dark.rules.map { "  " + $0 } + ["}"]
        }
    }

    private var rules: [String] {
        let roles = [("ground", ground), ("text", text), ("faint", faint), ("grid", grid)]
        let runs = [TrainingPrecision.ternary, .full].flatMap { precision in
            (precision == .ternary ? ternary : full).enumerated().map {
                (RunStyle(precision: precision, index: $0).role, $1)
            }
        }
        return (roles + runs).map { role, colour in
            ".fill-\(role) { fill: \(colour) } .line-\(role) { stroke: \(colour) }"
        }
    }
}

/// How one run is told from the others: by its colour, the shape of its dots, and its dashes.
struct RunStyle {
    private static let shades = 3
    let precision: TrainingPrecision
    /// The run's place among those of its precision, so that twins have shades alike.
    let index: Int

    var role: String { "\(precision.rawValue)-\(index % Self.shades)" }

    /// SVG attributes; runs beyond the shades are dashed.
    var dashes: String { index < Self.shades ? "" : " stroke-dasharray=\"7 3\"" }
}
