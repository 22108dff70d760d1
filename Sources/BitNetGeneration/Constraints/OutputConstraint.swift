internal import Synchronization

/// What a generated text must look like: a JSON Schema, a grammar, a pattern or a list of choices,
/// compiled for one vocabulary.
///
/// Compiled once and shared by any number of generations, which also share the masks of the states
/// that they meet. Safe to use from any task.
///
/// ```swift
/// let constraint = try OutputConstraint(jsonSchema: schema, vocabulary: model.constraintVocabulary)
/// let request = GenerationRequest(prompt: tokens, constraint: constraint)
/// ```
public final class OutputConstraint: Sendable {
    /// The vocabulary that it is compiled for.
    public let vocabulary: ConstraintVocabulary

    private let grammar: CompiledGrammar
    private let current: Mutex<SharedMachine?>

    init(_ grammar: Grammar, _ vocabulary: ConstraintVocabulary) throws(ConstraintError) {
        self.grammar = try GrammarCompiler.compile(grammar)
        self.vocabulary = vocabulary
        current = Mutex(nil)
    }

    /// The state of a text that has not begun.
    ///
    /// Throws only when the grammar has too many ways to begin.
    public func makeMatcher() throws(ConstraintError) -> ConstraintMatcher {
        try ConstraintMatcher(machine(), vocabulary)
    }

    /// The bytes of the shortest text that satisfies it.
    public var leastBytes: Int { Int(grammar.distance(grammar.start)) }

    /// The machine for a new text: the shared one, unless it has grown large.
    private func machine() throws(ConstraintError) -> SharedMachine {
        let shared = current.withLock { $0 }
        if let shared, !shared.isLarge { return shared }
        let fresh = SharedMachine(try MaskMachine(grammar, vocabulary))
        current.withLock { $0 = fresh }
        return fresh
    }
}

/// A mask machine that several texts use.
final class SharedMachine: Sendable {
    private let machine: Mutex<MaskMachine>

    init(_ machine: sending MaskMachine) { self.machine = Mutex(machine) }

    var isLarge: Bool { machine.withLock { $0.isLarge } }

    /// Runs `body` alone.
    func with<Result: Sendable>(
        _ body: (inout MaskMachine) throws(ConstraintError) -> Result
    ) throws(ConstraintError) -> Result {
        try machine.withLock { (machine) throws(ConstraintError) -> Result in
            try body(&machine)
        }
    }
}
