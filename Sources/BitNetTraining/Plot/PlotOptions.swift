/// How a plot is drawn.
public struct PlotOptions: Sendable {
    /// The colours of ground, text and lines.
    public enum Theme: String, Sendable, CaseIterable {
        /// Light or dark as the reader's system is; light where a program can't tell.
        case automatic
        /// Always light.
        case light
        /// Always dark.
        case dark
    }

    /// The heading; nil for one that names the runs.
    public var title: String?
    /// Steps whose mean the thick line shows; nil for a fiftieth of the longest run.
    public var smoothing: Int?
    /// Whether the axis of steps is logarithmic.
    public var isLogarithmic: Bool
    /// The colours.
    public var theme: Theme

    /// Options.
    public init(
        title: String? = nil, smoothing: Int? = nil, isLogarithmic: Bool = false,
        theme: Theme = .automatic
    ) {
        self.title = title
        self.smoothing = smoothing
        self.isLogarithmic = isLogarithmic
        self.theme = theme
    }
}
