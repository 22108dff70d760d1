/// The times of one generation.
struct RunClock {
    private let clock = ContinuousClock()
    private let asked = ContinuousClock.now
    private var started: ContinuousClock.Instant?
    private var firstLogits: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?

    /// The first time that it was let in; waiting is no part of the time for the prompt.
    mutating func start() { started = started ?? clock.now }

    /// The prompt is done.
    mutating func noteLogits(_ statistics: inout GenerationStatistics) {
        guard firstLogits == nil else { return }
        firstLogits = clock.now
        statistics.promptSeconds = seconds(since: started ?? asked)
    }

    mutating func noteToken(_ statistics: inout GenerationStatistics) {
        guard firstToken == nil else { return }
        firstToken = clock.now
        statistics.timeToFirstToken = seconds(since: asked)
    }

    func noteEnd(_ statistics: inout GenerationStatistics) {
        if let firstToken { statistics.decodeSeconds = seconds(since: firstToken) }
    }

    private func seconds(since instant: ContinuousClock.Instant) -> Double {
        instant.duration(to: clock.now) / .seconds(1)
    }
}
