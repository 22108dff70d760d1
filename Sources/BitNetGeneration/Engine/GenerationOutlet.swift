/// Where the events of one generation go: to an observer, then to the reader of a stream.
struct GenerationOutlet: Sendable {
    /// What an observer hears.
    enum News: Sendable {
        /// An event that the reader is about to get.
        case event(GenerationEvent)
        /// The generation failed; the reader is about to get the error.
        case failed
        /// The reader went away. Heard on the reader's thread, when no further step will begin.
        case abandoned
    }

    typealias Observer = @Sendable (News) -> Void
    typealias Stream = AsyncThrowingStream<GenerationEvent, any Error>

    private let continuation: Stream.Continuation
    private let interruption: Interruption
    private let abandonment = Interruption()
    private let observe: Observer

    init(
        _ continuation: Stream.Continuation, _ interruption: Interruption,
        _ observe: @escaping Observer
    ) {
        self.continuation = continuation
        self.interruption = interruption
        self.observe = observe
        continuation.onTermination = { [abandonment] termination in
            guard case .cancelled = termination else { return }
            abandonment.cancel()
            observe(.abandoned)
        }
    }

    /// Whether the generation is to end before its time.
    var isCancelled: Bool { abandonment.isCancelled || interruption.isCancelled }

    func send(_ events: [GenerationEvent]) {
        for event in events {
            observe(.event(event))
            continuation.yield(event)
        }
    }

    func finish() { continuation.finish() }

    func fail(_ error: any Error) {
        observe(.failed)
        continuation.finish(throwing: error)
    }
}
