/// Bounds on what a constraint may cost; over them it is refused.
///
/// They keep the time to compile under a second and the memory of one constraint under about
/// 100 MB, whatever is asked for.
public enum ConstraintLimits {
    /// Bytes of a schema, a grammar or a pattern.
    public static let sourceBytes = 4 << 20
    /// Groups or lists in one another.
    public static let nesting = 128
    /// Rules of a grammar, and parts of a schema with a rule of their own.
    public static let rules = 20_000
    /// Nodes of the nondeterministic automata of all rules.
    public static let nodes = 300_000
    /// States of the automata of all rules.
    public static let states = 150_000
    /// Nodes that the deterministic states of one rule stand for, added up.
    public static let subsetNodes = 1_000_000
    /// Nodes that one repetition may take when it is written out; longer ones are counted.
    static let expandedNodes = 1_000
    /// The greatest count of a repetition.
    public static let repetitions = 1_000_000
    /// Alternatives that a union comes to when it is multiplied out.
    public static let alternatives = 1_000
    /// Rule calls in one another while a text is generated; deeper ones are not allowed to begin.
    public static let depth = 512
    /// Parts of stacks that a machine knows before new texts get a fresh one.
    static let freshParts = 200_000
    /// Parts of stacks that a machine may ever know, some 100 bytes each.
    static let allParts = 1_500_000
    /// Places that are followed from one byte to the next.
    static let places = 5_000
    /// Places that are followed, and nodes of the token tree that are met, for one mask.
    static let maskSteps = 4_000_000
    /// Whole masks that are kept.
    static let masks = 512
    /// Masks of single states that are kept.
    static let localMasks = 4_096
    /// Rows of next states that are kept.
    static let rows = 8_192
}
