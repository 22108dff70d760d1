/// The variables of a template, a loop step, a macro call or a `with` block.
final class TemplateScope {
    var values: [String: RuntimeValue]
    /// The scope around this one in the source.
    let parent: TemplateScope?

    init(values: [String: RuntimeValue] = [:], parent: TemplateScope?) {
        self.values = values
        self.parent = parent
    }

    /// The value of `name` here or in the scopes around, the innermost first.
    func find(_ name: String) -> RuntimeValue? {
        var scope: TemplateScope? = self
        while let current = scope {
            if let value = current.values[name] { return value }
            scope = current.parent
        }
        return nil
    }
}
