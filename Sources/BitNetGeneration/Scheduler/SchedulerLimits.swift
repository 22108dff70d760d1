/// How much a scheduler takes on.
struct SchedulerLimits: Sendable {
    /// Generations at once.
    var maximumSequences: Int
    /// Generations that may wait; nil for any number.
    var queueLimit: Int?
    /// Positions of a sequence.
    var contextLength: Int
}
