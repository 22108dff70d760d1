/// The bounds that keep a hostile template from exhausting stack, memory or time.
///
/// Work is counted in units of about a nanosecond to ten: a byte copied or searched is one unit,
/// an element of a list sixteen, an expression evaluated eight.
enum TemplateLimits {
    /// Scalars of template source.
    static let sourceLength = 1 << 20
    /// Expressions or statements nested inside each other in the source; a level takes about 2.6 kB of
    /// stack.
    static let syntaxDepth = 64
    /// Expressions and statements nested inside each other while rendering, through macros; a level
    /// takes about 0.8 kB of stack.
    static let renderDepth = 200
    /// Lists and dictionaries nested inside each other.
    static let valueDepth = 100
    /// Loop steps and macro calls of one rendering.
    static let iterations = 1_000_000
    /// Items of one `range`, as in Jinja's sandbox.
    static let rangeLength = 100_000
    /// UTF-8 bytes of the rendered text and of any one string.
    static let outputBytes = 16 << 20
    /// Units of work of one rendering.
    static let work = 256 << 20
    /// Macros and namespaces created by one rendering.
    static let definitions = 10_000

    static let elementCost = 16
    static let expressionCost = 8
}
