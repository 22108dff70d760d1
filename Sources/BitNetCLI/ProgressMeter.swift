import Foundation

/// A line on standard error that shows how far a long piece of work is.
///
/// Work of less than a second shows nothing; a standard error that is no terminal gets no line.
final class ProgressMeter {
    private let label: String
    private let start = ContinuousClock.now
    private var shown = -1

    init(_ label: String) { self.label = label }

    /// Shows `fraction`, from 0 to 1.
    func update(_ fraction: Double) {
        let percent = Int(fraction * 100)
        guard percent > shown, start.duration(to: .now) > .seconds(1), isatty(2) != 0 else {
            return
        }
        shown = percent
        write("\r\(label) \(percent) %")
    }

    /// Ends the line.
    func end() { if shown >= 0 { write("\n") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
