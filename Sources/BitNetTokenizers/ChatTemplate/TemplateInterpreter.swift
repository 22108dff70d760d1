/// Renders a parsed template once: walks its statements and collects the text.
///
/// Every step is paid from bounded budgets, so that rendering ends whatever the template does.
final class TemplateInterpreter {
    /// How a statement ended.
    enum Flow {
        case normal
        case breakLoop
        case continueLoop
    }

    /// A macro and the scope it was defined in, whose variables it sees.
    struct DefinedMacro {
        let definition: TemplateMacro
        let scope: TemplateScope
    }

    let clock: TemplateClock
    var scope: TemplateScope
    var macros: [DefinedMacro] = []
    var namespaces: [[String: RuntimeValue]] = []
    /// The line of the statement being executed.
    var line = 1
    private(set) var output = ""
    private var depth = 0
    private var work = 0
    private var iterations = 0

    init(context: [String: RuntimeValue], clock: TemplateClock) {
        self.clock = clock
        scope = TemplateScope(values: context, parent: nil)
        scope = TemplateScope(parent: scope)
    }

    /// The text of the statements.
    func render(_ body: [TemplateStatement]) throws(ChatTemplateError) -> String {
        do {
            _ = try execute(body)
            return output
        } catch {
            throw error.at(line: line)
        }
    }

    // MARK: Budgets

    /// Pays for work; see `TemplateLimits.work`.
    func charge(_ units: Int) throws(ChatTemplateError) {
        work &+= units
        guard work <= TemplateLimits.work else {
            throw .limit("the template does too much work")
        }
    }

    /// Pays for a loop step or a macro call.
    func chargeIteration() throws(ChatTemplateError) {
        iterations += 1
        guard iterations <= TemplateLimits.iterations else {
            throw .limit("over \(TemplateLimits.iterations) loop steps and macro calls")
        }
    }

    /// Checks that one more macro or namespace may be made.
    func checkDefinitions() throws(ChatTemplateError) {
        guard macros.count + namespaces.count < TemplateLimits.definitions else {
            throw .limit("over \(TemplateLimits.definitions) macros and namespaces")
        }
    }

    /// Runs a step one level deeper.
    func nested<Result>(
        _ body: () throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= TemplateLimits.renderDepth else {
            throw .limit(
                "macros and expressions are nested over \(TemplateLimits.renderDepth) deep")
        }
        return try body()
    }

    // MARK: Output

    /// Appends text to the output.
    func emit(_ text: String) throws(ChatTemplateError) {
        try charge(text.utf8.count)
        guard output.utf8.count + text.utf8.count <= TemplateLimits.outputBytes else {
            throw .outputLimit
        }
        output += text
    }

    /// The text that `body` would output.
    func capture(
        _ body: () throws(ChatTemplateError) -> Void
    ) throws(ChatTemplateError) -> String {
        let outer = output
        output = ""
        try body()
        defer { output = outer }
        return output
    }

    /// Runs `body` with the variables of `inner`.
    func within<Result>(
        _ inner: TemplateScope, _ body: () throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        let outer = scope
        scope = inner
        defer { scope = outer }
        return try body()
    }
}
