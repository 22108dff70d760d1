/// Where the parts of a plot are, in the pixels of its view box.
struct PlotLayout {
    static let width = 760.0
    static let margin = 24.0
    static let font =
        "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
    private static let heading = 30.0
    private static let legendRow = 20.0
    private static let lossHeight = 280.0
    private static let scheduleHeight = 84.0
    /// The heading of a panel and the space above it.
    private static let panelHeading = 36.0

    /// A panel's frame.
    struct Panel {
        let top: Double
        let bottom: Double
        let left = 68.0
        let right = PlotLayout.width - 162
    }

    let legendTop = Self.margin + Self.heading
    let loss: Panel
    let schedule: Panel
    let height: Double

    init(legendRows: Int) {
        let top = legendTop + Double(legendRows) * Self.legendRow + Self.panelHeading
        loss = Panel(top: top, bottom: top + Self.lossHeight)
        let scheduleTop = loss.bottom + Self.panelHeading
        schedule = Panel(top: scheduleTop, bottom: scheduleTop + Self.scheduleHeight)
        height = schedule.bottom + 40 + 28 + Self.margin
    }

    func legendBaseline(_ row: Int) -> Double { legendTop + Double(row) * Self.legendRow + 13 }
}
