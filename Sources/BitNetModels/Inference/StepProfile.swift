/// Where the time of forward passes goes, by kind of step.
///
/// Costs some tens of nanoseconds a step. One owner at a time, as the workspace that holds it.
public final class StepProfile: @unchecked Sendable {
    // @unchecked Sendable: changed only by the pass that uses the workspace.

    /// The kinds of steps of a forward pass, in their order.
    public enum Step: Int, Sendable, CaseIterable {
        case embedding, quantization, queryKeyValue, rotation, attention, output, gateUp, down, head

        /// What tables and scripts call it.
        public var name: String {
            switch self {
            case .embedding: "embedding"
            case .quantization: "norm and quantisation"
            case .queryKeyValue: "query, key, value"
            case .rotation: "rotation and cache"
            case .attention: "attention"
            case .output: "attention output"
            case .gateUp: "gate and up"
            case .down: "down"
            case .head: "output head"
            }
        }
    }

    private var durations = [Duration](repeating: .zero, count: Step.allCases.count)

    /// Nothing yet.
    public init() {}

    /// Time spent in a kind of step.
    public func duration(_ step: Step) -> Duration { durations[step.rawValue] }

    /// Time spent in all of them.
    public var total: Duration { durations.reduce(.zero, +) }

    /// Forgets all times.
    public func reset() {
        for index in durations.indices { durations[index] = .zero }
    }

    func add(_ duration: Duration, _ step: Step) { durations[step.rawValue] += duration }
}

extension Workspace {
    /// Runs a step and adds its time to the profile, if there is one.
    @inline(__always)
    func measure<Result>(_ step: StepProfile.Step, _ body: () -> Result) -> Result {
        guard let profile else { return body() }
        let start = ContinuousClock.now
        let result = body()
        profile.add(ContinuousClock.now - start, step)
        return result
    }
}
