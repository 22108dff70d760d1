#if Server
import BitNetGeneration
import BitNetTokenizers

extension ServedModel {
    /// What the texts of a request must look like; nil where anything will do.
    func constraint(of request: ServedRequest) throws(RequestError) -> OutputConstraint? {
        guard request.tools != nil || request.shape != nil else { return nil }
        var key = ConstraintCache.Key(source: request.shape?.source)
        if let tools = request.tools {
            key.tools = tools.definitions.flatMap { [$0.name, $0.parameters] }
            key.choice = "\(tools.choice)"
            key.isParallel = tools.allowsParallelCalls
        }
        do {
            return try constraints.constraint(key) { try compile(request) }
        } catch let error as ToolError {
            throw RequestError(.invalid, "\(ServedTools.field): \(error)", field: ServedTools.field)
        } catch {
            let field = request.shape?.field ?? ServedTools.field
            throw RequestError(.invalid, "\(field): \(error)", field: field)
        }
    }

    private func compile(_ request: ServedRequest) throws -> OutputConstraint {
        let vocabulary = language.constraintVocabulary
        guard let tools = request.tools else {
            return try OutputConstraint(
                request.shape?.source ?? ServedShape.object, vocabulary: vocabulary)
        }
        return try OutputConstraint(
            tools: tools.definitions, choice: tools.choice, form: template.toolForm,
            parallel: tools.allowsParallelCalls, content: request.shape?.source,
            vocabulary: vocabulary)
    }

    /// A conversation with tools as the text that the model continues.
    func render(
        _ messages: [ChatMessage], tools: [ToolDefinition],
        variables: [String: TemplateValue] = [:]
    ) throws(ChatTemplateError) -> String {
        let prompt = try ToolPrompt(messages, tools: tools, template: template.template)
        return try render(
            prompt.messages, variables: prompt.variables.merging(variables) { _, given in given })
    }
}
#endif
